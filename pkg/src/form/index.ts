export {
  attach,
  type Attachment,
  type AttachOptions,
  type Messages,
  type State,
  type SubmitDetail,
  type Words,
} from "./attach.js";
export { texts } from "./texts.js";
