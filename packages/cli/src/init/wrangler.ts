/** The wrangler that runs on this Node, and the newest date that its runtime knows. */
interface Release {
  /** The oldest Node that it runs on. */
  node: readonly [major: number, minor: number];
  range: string;
  date: string;
}

/** The newest first. A date that the runtime does not know keeps it from starting. */
const RELEASES: readonly Release[] = [
  { node: [22, 12], range: "^4.164.0", date: "2026-11-17" },
  { node: [20, 19], range: "~4.86.0", date: "2026-04-26" },
];

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

export const WRANGLER = RELEASES.find(
  ({ node: [least, atLeast] }) => major > least || (major === least && minor >= atLeast),
) as Release;
