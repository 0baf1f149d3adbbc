/** What a check has found. */
export interface Finding {
  /** `stop`: no lead is stored. `wait`: leads are stored, and are not delivered. `note`: it is only said. */
  weight: "stop" | "wait" | "note";
  /** What has to be mended: a file and a name in it, or a member of the relay's options. */
  place: string;
  code: string;
  message: string;
}

export const finding = (
  weight: Finding["weight"],
  place: string,
  code: string,
  message: string,
): Finding => ({ weight, place, code, message });
