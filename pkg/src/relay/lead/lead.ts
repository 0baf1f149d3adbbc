import type { OwnName } from "../../core/wire.gen.js";

/** What a page says beside the visitor's fields: the parameters of `relay.lead.submit`, and whatever else begins with `_fp_`. */
export type Own = { [name in OwnName]?: string };

/** What a page or a server sent. */
export interface Lead {
  fields: [string, unknown][];
  own: Own;
  /** It waited in a browser, which cannot read it any more: nobody can be asked to mend it. */
  sealed?: true;
  /** There were more fields than are read. */
  cut?: true;
}
