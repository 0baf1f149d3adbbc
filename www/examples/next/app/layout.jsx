import "fieldpost/form.css";

export const metadata = { title: "Contact" };

export default function Layout({ children }) {
  return <html lang="en"><body>{children}</body></html>;
}
