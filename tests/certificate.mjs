// A certificate that signs itself, for a proxy that ends TLS before the relay.
import { execFileSync } from "node:child_process";

/**
 * @param {string} host whom it is for
 * @param {string} key the file of the private key that it writes
 * @param {string} certificate the file of the certificate that it writes
 */
export function selfSigned(host, key, certificate) {
  const words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj";
  execFileSync(
    "openssl",
    [...words.split(" "), `/CN=${host}`, "-keyout", key, "-out", certificate],
    {
      stdio: "ignore",
    },
  );
}
