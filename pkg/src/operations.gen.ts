// Made of the catalogue by `FIELDPOST_WRITE_REFERENCE=1 cargo test --test reference`; do not edit.

/** Every operation: its parameters, and the kinds of a good outcome. */
export interface Operations {
  /** Hands a visitor's lead to the relay. */
  "relay.lead.submit": { params: { "form": string; "v"?: string | null; "token"?: string | null; "key"?: string | null; "page"?: string | null; "query"?: string | null; "referrer"?: string | null; "mkto_trk"?: string | null; "values": { [name: string]: unknown } }; reply: "stored" | "queued" };
  /** Creates a prospect, or with `update` changes the one with the same e-mail or phone. */
  "prospects.prospect.upsert": { params: { "firstName": string; "lastName": string; "email"?: string | null; "phone"?: string | null; "stageId"?: string | null; "pipelineId"?: string | null; "licenseStatus"?: "not_started" | "in_progress" | "licensed" | null; "labels"?: string | readonly (string | number)[] | null; "notes"?: string | null; "title"?: string | null; "company"?: string | null; "userId"?: string | null; "streetAddress"?: string | null; "city"?: string | null; "state"?: string | null; "postalCode"?: string | null; "officeId"?: string | null; "sourceId"?: string | null; "newSourceName"?: string | null; "resume"?: unknown | null; "muteWebhook"?: boolean | 0 | 1 | null; "jobId"?: string | null; "update"?: boolean | 0 | 1 | null }; reply: "stored" };
  /** Creates a prospect; version 4 always creates, even where the e-mail is known. */
  "pardot.prospect.create": { params: { "email": string; [name: string]: unknown }; reply: "stored" };
  /** Updates the prospect of an id or CRM id; by e-mail version 4 always creates. */
  "pardot.prospect.upsert": { params: { "id"?: number | string | null; "fid"?: string | null; "email"?: string | null; [name: string]: unknown }; reply: "stored" };
  /** Submits a Marketo form: upserts the lead by e-mail and adds a form activity. */
  "marketo.lead.submitForm": { params: { "formId": number | string; "programId"?: number | string | null; "input": readonly { "leadFormFields": { "email": string; [name: string]: unknown }; "visitorData"?: { "pageURL"?: string | null; "queryString"?: string | null; "leadClientIpAddress"?: string | null; "userAgentString"?: string | null } | null; "cookie"?: string | null }[] }; reply: "stored" | "batch" };
  /** Lists the prospects that fit all filters; of several labels, any. */
  "prospects.prospect.list": { params: { "email"?: string | null; "phone"?: string | null; "name"?: string | null; "title"?: string | null; "company"?: string | null; "stage"?: string | null; "label"?: string | readonly (string | number)[] | null; "limit"?: number | string | null; "pageToken"?: string | null }; reply: "found" };
  /** Reads one prospect by its id. */
  "prospects.prospect.get": { params: { "prospectId": string }; reply: "found" };
  /** Assigns a prospect to exactly one user or group; Salesforce is not told. */
  "pardot.prospect.assign": { params: { "id"?: number | string | null; "fid"?: string | null; "user_email"?: string | null; "user_id"?: number | string | null; "group_id"?: number | string | null; "output"?: "full" | "simple" | "mobile" | null; "format"?: "json" | "xml" | null }; reply: "stored" };
  /** Takes a prospect from its user or group; Salesforce is not told. */
  "pardot.prospect.unassign": { params: { "id"?: number | string | null; "fid"?: string | null; "output"?: "full" | "simple" | "mobile" | null; "format"?: "json" | "xml" | null }; reply: "stored" };
  /** Reads the prospect of an id or CRM id, or all prospects of an e-mail. */
  "pardot.prospect.read": { params: { "id"?: number | string | null; "fid"?: string | null; "email"?: string | null; "limit_related_records"?: number | string | null; "output"?: "full" | "simple" | "mobile" | null; "format"?: "json" | "xml" | null }; reply: "found" };
  /** Changes the fields that are given of one prospect; an e-mail beside an id is the new address. */
  "pardot.prospect.update": { params: { "id"?: number | string | null; "fid"?: string | null; "email"?: string | null; [name: string]: unknown }; reply: "stored" };
  /** Deletes a prospect; Pardot answers 204. */
  "pardot.prospect.delete": { params: { "id"?: number | string | null; "fid"?: string | null; "email"?: string | null; "format"?: "json" | "xml" | null }; reply: "stored" };
  /** Finds prospects, at most 200 at a time; related records are not among them. */
  "pardot.prospect.query": { params: { "assigned"?: boolean | 0 | 1 | null; "assigned_to_user"?: string | null; "created_after"?: string | null; "created_before"?: string | null; "deleted"?: boolean | 0 | 1 | null; "grade_equal_to"?: "A+" | "A" | "A-" | "B+" | "B" | "B-" | "C+" | "C" | "C-" | "D+" | "D" | "D-" | "F" | null; "grade_greater_than"?: "A+" | "A" | "A-" | "B+" | "B" | "B-" | "C+" | "C" | "C-" | "D+" | "D" | "D-" | "F" | null; "grade_less_than"?: "A+" | "A" | "A-" | "B+" | "B" | "B-" | "C+" | "C" | "C-" | "D+" | "D" | "D-" | "F" | null; "id_greater_than"?: number | string | null; "id_less_than"?: number | string | null; "is_starred"?: boolean | 0 | 1 | null; "last_activity_before"?: string | null; "last_activity_after"?: string | null; "last_activity_never"?: boolean | 0 | 1 | null; "list_id"?: number | string | null; "new"?: boolean | 0 | 1 | null; "score_equal_to"?: number | string | null; "score_greater_than"?: number | string | null; "score_less_than"?: number | string | null; "updated_after"?: string | null; "updated_before"?: string | null; "fields"?: string | readonly (string | number)[] | null; "limit"?: number | string | null; "offset"?: number | string | null; "output"?: "full" | "simple" | "mobile" | "bulk" | null; "sort_by"?: "created_at" | "id" | "last_activity_at" | "updated_at" | null; "sort_order"?: "ascending" | "descending" | null; "format"?: "json" | "xml" | null }; reply: "found" };
  /** Creates up to 50 prospects; version 4 always creates, even where an e-mail is known. */
  "pardot.prospect.batchCreate": { params: { "prospects": readonly { "email": string; [name: string]: unknown }[]; "input_format"?: "json" | "xml" | null; "format"?: "json" | "xml" | null }; reply: "stored" | "batch" };
  /** Changes up to 50 prospects by id or CRM id, never by e-mail. */
  "pardot.prospect.batchUpdate": { params: { "prospects": readonly { "id"?: number | string | null; "fid"?: string | null; [name: string]: unknown }[]; "input_format"?: "json" | "xml" | null; "format"?: "json" | "xml" | null }; reply: "stored" | "batch" };
  /** Changes prospects by id or CRM id; a record with an e-mail alone always creates. */
  "pardot.prospect.batchUpsert": { params: { "prospects": readonly { "id"?: number | string | null; "fid"?: string | null; "email"?: string | null; [name: string]: unknown }[]; "input_format"?: "json" | "xml" | null; "format"?: "json" | "xml" | null }; reply: "stored" | "batch" };
  /** Reads one custom redirect. */
  "pardot.customRedirect.read": { params: { "id": number | string; "format"?: "json" | "xml" | null }; reply: "found" };
  /** Finds custom redirects, at most 200 at a time. */
  "pardot.customRedirect.query": { params: { "created_after"?: string | null; "created_before"?: string | null; "id_greater_than"?: number | string | null; "id_less_than"?: number | string | null; "updated_after"?: string | null; "updated_before"?: string | null; "limit"?: number | string | null; "offset"?: number | string | null; "output"?: "mobile" | null; "sort_by"?: "created_at" | "id" | "updated_at" | null; "sort_order"?: "ascending" | "descending" | null; "format"?: "json" | "xml" | null }; reply: "found" };
  /** Reads one dynamic content with its variations. */
  "pardot.dynamicContent.read": { params: { "id": number | string; "format"?: "json" | "xml" | null }; reply: "found" };
  /** Finds dynamic content, at most 200 at a time. */
  "pardot.dynamicContent.query": { params: { "created_after"?: string | null; "created_before"?: string | null; "id_greater_than"?: number | string | null; "id_less_than"?: number | string | null; "updated_after"?: string | null; "updated_before"?: string | null; "limit"?: number | string | null; "offset"?: number | string | null; "output"?: "mobile" | null; "sort_by"?: "created_at" | "id" | "updated_at" | null; "sort_order"?: "ascending" | "descending" | null; "format"?: "json" | "xml" | null }; reply: "found" };
  /** Reads one e-mail template; an archived one only with `archived`. */
  "pardot.emailTemplate.read": { params: { "id": number | string; "archived"?: boolean | 0 | 1 | null; "format"?: "json" | "xml" | null }; reply: "found" };
  /** Lists the templates for one-to-one e-mails. */
  "pardot.emailTemplate.listOneToOne": { params: { "archived"?: boolean | 0 | 1 | null; "format"?: "json" | "xml" | null }; reply: "found" };
  /** Sends an e-mail to the prospects of lists, now or at a time. */
  "pardot.email.listSend": { params: { "campaign_id": number | string; "from_name"?: string | null; "from_email"?: string | null; "from_user_id"?: number | string | null; "from_assigned_user"?: boolean | 0 | 1 | null; "from_account_owner"?: boolean | 0 | 1 | null; "replyto_email"?: string | null; "list_ids[]": string | readonly (string | number)[]; "suppression_list_ids[]"?: string | readonly (string | number)[] | null; "tags[]"?: string | readonly (string | number)[] | null; "operational_email"?: boolean | 0 | 1 | null; "name"?: string | null; "subject"?: string | null; "text_content"?: string | null; "html_content"?: string | null; "email_template_id"?: number | string | null; "scheduled_time"?: string | null; "format"?: "json" | "xml" | null; [name: string]: unknown }; reply: "stored" };
  /** Sends an e-mail to one prospect, by id or e-mail. */
  "pardot.email.oneToOneSend": { params: { "campaign_id": number | string; "prospect_id"?: number | string | null; "prospect_email"?: string | null; "from_name"?: string | null; "from_email"?: string | null; "from_user_id"?: number | string | null; "replyto_email"?: string | null; "tags[]"?: string | readonly (string | number)[] | null; "operational_email"?: boolean | 0 | 1 | null; "name"?: string | null; "subject"?: string | null; "text_content"?: string | null; "html_content"?: string | null; "email_template_id"?: number | string | null; "format"?: "json" | "xml" | null; [name: string]: unknown }; reply: "stored" };
  /** Reads an e-mail; with `include_message` false without its bodies. */
  "pardot.email.read": { params: { "id": number | string; "include_message"?: boolean | 0 | 1 | null; "format"?: "json" | "xml" | null }; reply: "found" };
  /** Reads the 17 figures of a list e-mail. */
  "pardot.email.stats": { params: { "id": number | string; "format"?: "json" | "xml" | null }; reply: "found" };
  /** Asks for an export of one object over at most a year; it takes minutes. */
  "pardot.export.create": { params: { "object": "externalActivity" | "visitorActivity" | "listMembership" | "prospect" | "prospectAccount" | "visitor"; "fields"?: string | readonly (string | number)[] | null; "procedure": { "name": string; "arguments": { [name: string]: unknown } }; "now"?: string | null }; reply: "stored" };
  /** Reads an export's state and, once it is complete, where its files are. */
  "pardot.export.read": { params: { "id": number | string; "format"?: "json" | "xml" | null }; reply: "found" };
  /** Lists exports with their states, newest first; without their files. */
  "pardot.export.query": { params: { "created_after"?: string | null; "created_before"?: string | null; "updated_after"?: string | null; "updated_before"?: string | null; "status"?: "Complete" | "Failed" | "Processing" | "Waiting" | null; "object"?: "externalActivity" | "visitorActivity" | "listMembership" | "prospect" | "prospectAccount" | "visitor" | null; "limit"?: number | string | null; "offset"?: number | string | null; "sort_by"?: "id" | "created_at" | "updated_at" | null; "sort_order"?: "ascending" | "descending" | null; "format"?: "json" | "xml" | null }; reply: "found" };
  /** Downloads one file of a complete export as CSV; files and rows come in no order. */
  "pardot.export.download": { params: { "id": number | string; "file": number | string }; reply: "found" };
  /** Cancels an export that is neither complete nor failed. */
  "pardot.export.cancel": { params: { "id": number | string; "format"?: "json" | "xml" | null }; reply: "stored" };
  /** Lists the fields of leads, as the older description has them. */
  "marketo.lead.describe": { params: Record<string, never>; reply: "found" };
  /** Lists the fields of leads and which of them can be searched. */
  "marketo.lead.describe2": { params: Record<string, never>; reply: "found" };
  /** Reads one lead by its id; a field that is asked for and absent is null. */
  "marketo.lead.get": { params: { "id": number | string; "fields"?: string | readonly (string | number)[] | null }; reply: "found" };
  /** Reads the leads whose field has one of the values; beyond 8 KB it is sent as a POST. */
  "marketo.lead.filter": { params: { "filterType": string; "filterValues": string | readonly (string | number)[]; "fields"?: string | readonly (string | number)[] | null; "batchSize"?: number | string | null; "nextPageToken"?: string | null }; reply: "found" };
  /** Creates or updates up to 300 leads by a key, which is e-mail where nothing else is said. */
  "marketo.lead.sync": { params: { "action"?: "createOrUpdate" | "createOnly" | "updateOnly" | "createDuplicate" | null; "lookupField"?: string | null; "partitionName"?: string | null; "asyncProcessing"?: boolean | 0 | 1 | null; "input": readonly { "id"?: number | string | null; "email"?: string | null; [name: string]: unknown }[] }; reply: "stored" | "batch" };
  /** Upserts up to 300 leads and adds an activity to a program. A record's `cookies` means no history. */
  "marketo.lead.push": { params: { "programName": string; "programStatus"?: string | null; "lookupField"?: string | null; "source"?: string | null; "reason"?: string | null; "partitionName"?: string | null; "input": readonly { "id"?: number | string | null; "email"?: string | null; "cookies"?: string | null; "mktToken"?: string | null; [name: string]: unknown }[] }; reply: "stored" | "batch" };
  /** Merges up to 25 leads into one; its own values win, and its empty ones are filled. */
  "marketo.lead.merge": { params: { "id": number | string; "leadId"?: number | string | null; "leadIds"?: string | readonly (string | number)[] | null; "mergeInCRM"?: boolean | 0 | 1 | null }; reply: "stored" };
  /** Ties a Munchkin cookie to a lead; what the cookie did before stays with an earlier lead. */
  "marketo.lead.associate": { params: { "id": number | string; "cookie": string }; reply: "stored" };
  /** Deletes up to 300 leads. */
  "marketo.lead.delete": { params: { "input": readonly { "id": number | string }[] }; reply: "stored" | "batch" };
  /** Lists the static lists that a lead is on. */
  "marketo.lead.listMembership": { params: { "id": number | string; "batchSize"?: number | string | null; "nextPageToken"?: string | null; "earliestUpdatedAt"?: string | null; "latestUpdatedAt"?: string | null }; reply: "found" };
  /** Lists the programs that a lead is in, all or those of the given ids. */
  "marketo.lead.programMembership": { params: { "id": number | string; "batchSize"?: number | string | null; "nextPageToken"?: string | null; "earliestUpdatedAt"?: string | null; "latestUpdatedAt"?: string | null; "filterType"?: "programId" | null; "filterValues"?: string | readonly (string | number)[] | null }; reply: "found" };
  /** Lists the smart campaigns that a lead is in. */
  "marketo.lead.smartCampaignMembership": { params: { "id": number | string; "batchSize"?: number | string | null; "nextPageToken"?: string | null; "earliestUpdatedAt"?: string | null; "latestUpdatedAt"?: string | null }; reply: "found" };
  /** Reads the leads on a static list. */
  "marketo.lead.byList": { params: { "listId": number | string; "fields"?: string | readonly (string | number)[] | null; "batchSize"?: number | string | null; "nextPageToken"?: string | null }; reply: "found" };
  /** Reads the leads in a program, each with its `membership`. */
  "marketo.lead.byProgram": { params: { "programId": number | string; "fields"?: string | readonly (string | number)[] | null; "batchSize"?: number | string | null; "nextPageToken"?: string | null }; reply: "found" };
  /** Lists the fields of leads with what can be changed about them. */
  "marketo.field.browse": { params: { "batchSize"?: number | string | null; "nextPageToken"?: string | null }; reply: "found" };
  /** Reads one field of leads by its API name. */
  "marketo.field.get": { params: { "fieldApiName": string }; reply: "found" };
  /** Creates up to 100 custom fields. A field can never be deleted again, only hidden. */
  "marketo.field.create": { params: { "input": readonly { "displayName": string; "name": string; "dataType": "boolean" | "currency" | "date" | "datetime" | "email" | "float" | "integer" | "percent" | "phone" | "score" | "string" | "text" | "url" | "reference" | "formula"; "description"?: string | null; "isHidden"?: boolean | 0 | 1 | null; "isHtmlEncodingInEmail"?: boolean | 0 | 1 | null; "isSensitive"?: boolean | 0 | 1 | null }[] }; reply: "stored" | "batch" };
  /** Changes a field: description, HTML encoding and sensitivity; name and hiding of custom fields only. */
  "marketo.field.update": { params: { "fieldApiName": string; "input": readonly { "displayName"?: string | null; "description"?: string | null; "isHidden"?: boolean | 0 | 1 | null; "isHtmlEncodingInEmail"?: boolean | 0 | 1 | null; "isSensitive"?: boolean | 0 | 1 | null }[] }; reply: "stored" | "batch" };
  /** Puts up to 300 leads on a static list; `id` as a list, or `input` with a record each. */
  "marketo.list.add": { params: { "listId": number | string; "id"?: string | readonly (string | number)[] | null; "input"?: readonly { "id": number | string }[] | null }; reply: "stored" | "batch" };
  /** Takes up to 300 leads off a static list. */
  "marketo.list.remove": { params: { "listId": number | string; "id"?: string | readonly (string | number)[] | null; "input"?: readonly { "id": number | string }[] | null }; reply: "stored" | "batch" };
  /** Says of each lead whether it is on a static list. */
  "marketo.list.isMember": { params: { "listId": number | string; "id": string | readonly (string | number)[] }; reply: "found" };
  /** Moves up to 300 leads to a status of a program. */
  "marketo.program.changeStatus": { params: { "programId": number | string; "status": string; "input": readonly { "id": number | string }[] }; reply: "stored" | "batch" };
  /** Lists the fields of a form: what submitForm may send. */
  "marketo.form.fields": { params: { "id": number | string; "status"?: "approved" | "draft" | null }; reply: "found" };
}

/** An operation's name. */
export type OperationName = keyof Operations;
