export type {
  Attachment,
  AttachOptions,
  Messages,
  State,
  SubmitDetail,
  Words,
} from "./attach.js";
export { attach } from "./page.js";
export { texts } from "./texts.js";
