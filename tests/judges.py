"""Clients of others in Python, unmodified but for the host, do what they have and the sandbox claims: each call is accepted
and its answer parsed. `judges.mjs` gives the sandbox's address and installs them."""

import json
import sys
import urllib.request

from marketorestpython.client import MarketoClient
from pypardot import client as pardot_client

URL = sys.argv[1]
COOKIE = "id:123-ABC-456&token:_mch-example.com-1594662481190-60776"
failed = []
done = 0


def says(name, call, fits):
    """Makes one call; whatever it raises is what is wrong with it."""
    global done
    try:
        answer = call()
    except Exception as error:  # what a stranger's client raises may be anything
        failed.append(f"{name}: {type(error).__name__}: {error}")
        return None
    done += 1
    if not fits(answer):
        failed.append(f"{name}: {answer!r}")
    return answer


def marketo():
    client = MarketoClient("123-ABC-456", "sandbox-client", "sandbox-secret")
    client.host = URL
    is_list = lambda answer: isinstance(answer, list)
    status = lambda word: lambda answer: answer[0]["status"] == word

    made = says(
        "create_update_leads",
        lambda: client.create_update_leads(
            [{"email": "judge@example.com", "firstName": "Ann", "leadScore": 5}]
        ),
        status("created"),
    )
    other = client.create_update_leads([{"email": "other@example.com"}])
    lead, loser = made[0]["id"], other[0]["id"]
    wrong = [{"email": "judge@example.com", "leadScore": "many"}]
    says(
        "create_update_leads, a wrong type",
        lambda: client.create_update_leads(wrong),
        lambda answer: answer[0]["reasons"][0]["code"] == "1003",
    )
    says("get_lead_by_id", lambda: client.get_lead_by_id(lead), lambda one: one[0]["id"] == lead)
    says(
        "get_multiple_leads_by_filter_type",
        lambda: client.get_multiple_leads_by_filter_type(
            "email", ["judge@example.com", "other@example.com"], ["id", "email", "city"], 1
        ),
        lambda many: len(many) == 2 and many[0]["city"] is None,
    )
    says("add_leads_to_list", lambda: client.add_leads_to_list(7, [lead, loser]), status("added"))
    says("member_of_list", lambda: client.member_of_list(7, [lead]), status("memberof"))
    says(
        "get_multiple_leads_by_list_id",
        lambda: client.get_multiple_leads_by_list_id(7, ["id"], 1),
        lambda many: [one["id"] for one in many] == [lead, loser],
    )
    says(
        "get_multiple_leads_by_list_id_yield",
        lambda: list(client.get_multiple_leads_by_list_id_yield(7, ["id"], 1)),
        lambda pages: len(pages) == 2,
    )
    says("remove_leads_from_list", lambda: client.remove_leads_from_list(7, [lead]), status("removed"))
    says("associate_lead", lambda: client.associate_lead(lead, COOKIE), lambda _: True)
    says(
        "push_lead",
        lambda: client.push_lead([{"email": "judge@example.com"}], "A program", lookupField="email"),
        status("updated"),
    )
    says(
        "change_lead_program_status",
        lambda: client.change_lead_program_status(1044, [lead], "Visited"),
        status("updated"),
    )
    says(
        "get_multiple_leads_by_program_id",
        lambda: client.get_multiple_leads_by_program_id(1044, ["id", "email"]),
        lambda many: many[0]["id"] == lead,
    )
    says(
        "get_multiple_leads_by_program_id_yield",
        lambda: list(client.get_multiple_leads_by_program_id_yield(1044, "id", 1)),
        lambda pages: pages[0][0]["membership"]["progressionStatus"] == "Visited",
    )
    says(
        "update_leads_partition",
        lambda: client.update_leads_partition([{"id": lead, "partitionName": "EU"}]),
        status("updated"),
    )
    says(
        "submit_form",
        lambda: client.submit_form(1029, {"leadFormFields": {"email": "filled@example.com"}}),
        status("created"),
    )
    says(
        "get_form_fields",
        lambda: client.get_form_fields(1029),
        lambda many: any(one["id"] == "email" for one in many),
    )
    says("request_campaign", lambda: client.request_campaign(3746, [lead]), lambda _: True)
    says(
        "get_smart_campaigns_by_lead_id",
        lambda: client.get_smart_campaigns_by_lead_id(lead),
        is_list,
    )
    says("merge_lead", lambda: client.merge_lead(lead, [loser]), lambda _: True)
    says("describe", client.describe, lambda many: any(one["rest"]["name"] == "email" for one in many))
    says("describe2", client.describe2, lambda many: many[0]["fields"])
    says("delete_lead", lambda: client.delete_lead([lead]), status("deleted"))


def pardot():
    pardot_client.BASE_URI = URL
    client = pardot_client.PardotAPI(business_unit_id="0Uv000000000001CAA", version=4)
    client.sftoken = sys.argv[2]
    people = client.prospects
    made = says(
        "create",
        lambda: people.create(email="judge@example.com", first_name="Ann", fid="00Q000000000001"),
        lambda answer: answer["prospect"]["first_name"] == "Ann",
    )
    number = made["prospect"]["id"]
    is_one = lambda answer: answer["prospect"]["id"] == number
    says("read_by_id", lambda: people.read_by_id(id=number), is_one)
    says("read_by_email", lambda: people.read_by_email(email="judge@example.com"), is_one)
    says("read_by_fid", lambda: people.read_by_fid(fid="00Q000000000001"), is_one)
    says("update_by_id", lambda: people.update_by_id(id=number, score=5), is_one)
    says("update_by_fid", lambda: people.update_by_fid(fid="00Q000000000001", city="Ghent"), is_one)
    says("assign_by_id", lambda: people.assign_by_id(id=number, user_id=7), is_one)
    says("unassign_by_id", lambda: people.unassign_by_id(id=number), is_one)
    says(
        "query",
        lambda: people.query(created_after="yesterday", limit=5, sort_by="id"),
        lambda result: result["total_results"] == 1 and result["prospect"][0]["id"] == number,
    )
    says(
        "query, GNU's date input",
        lambda: people.query(created_after="-1 day"),
        lambda result: result["total_results"] == 1,
    )
    fid = "00Q000000000001"
    says("assign_by_fid", lambda: people.assign_by_fid(fid=fid, user_id=7), is_one)
    says("unassign_by_fid", lambda: people.unassign_by_fid(fid=fid), is_one)
    says("upsert_by_id", lambda: people.upsert_by_id(id=number, city="Bruges"), is_one)
    says("upsert_by_fid", lambda: people.upsert_by_fid(fid=fid, city="Ghent"), is_one)
    says(
        "upsert_by_email",
        lambda: people.upsert_by_email(email="judge@example.com"),
        lambda answer: answer["prospect"]["id"] != number,
    )
    says("update_field_by_id", lambda: people.update_field_by_id(number, "city", "Lier"), is_one)
    says("update_field_by_fid", lambda: people.update_field_by_fid(fid, "company", "Acme"), is_one)
    says("read_field_by_id", lambda: people.read_field_by_id(number, "city"), lambda city: city == "Lier")
    says("read_field_by_fid", lambda: people.read_field_by_fid(fid, "company"), lambda name: name == "Acme")
    made = '{"prospects":[{"email":"c@example.com"},{"email":"d@example.com","list_9":1}]}'
    is_good = lambda answer: answer["@attributes"]["stat"] == "ok"
    says("batchCreate", lambda: people.batchCreate(prospects=made), is_good)
    rows = '{"prospects":[{"id":%d,"score":8}]}' % number
    says("batchUpdate", lambda: people.batchUpdate(prospects=rows), is_good)
    mail = {"campaign_id": 1, "email_template_id": 11}
    sent = lambda answer: answer["email"]["name"] == "Template 11"
    says("send_to_id", lambda: client.emails.send_to_id(prospect_id=number, **mail), sent)
    says("send_to_email", lambda: client.emails.send_to_email(prospect_email="c@example.com", **mail), sent)
    # The client's own `list_ids` lacks the brackets of the page's parameter.
    lists = says("send_to_lists", lambda: client.emails.send_to_lists(**{"list_ids[]": 9}, **mail), sent)
    says("emails.read", lambda: client.emails.read(lists["email"]["id"]), sent)
    says(
        "emails.stats",
        lambda: client.emails.stats(lists["email"]["id"]),
        lambda answer: answer["stats"]["sent"] == 1,
    )
    says("customredirects.query", lambda: client.customredirects.query(limit=2), lambda many: len(many["customRedirect"]) == 2)
    says("customredirects.read", lambda: client.customredirects.read(id=1234), lambda one: one["customRedirect"]["id"] == 1234)
    says("dynamiccontent.query", lambda: client.dynamiccontent.query(), lambda many: many["total_results"] == 1)
    says("dynamiccontent.read", lambda: client.dynamiccontent.read(id=1234), lambda one: one["dynamicContent"]["id"] == 1234)
    says("emailtemplates.read", lambda: client.emailtemplates.read(11), lambda one: one["emailTemplate"]["id"] == 11)
    says("emailtemplates.listOneToOne", lambda: client.emailtemplates.listOneToOne(), lambda many: many["emailTemplates"])
    batch = '{"prospects":[{"email":"b@example.com"},{"id":%d,"score":9}]}' % number
    # The client gives back a member `prospects` that no recorded answer has.
    says("batchUpsert", lambda: people.batchUpsert(prospects=batch), lambda answer: answer is None)
    says("the batch's score", lambda: people.read_by_id(id=number), lambda one: one["prospect"]["score"] == 9)
    says("delete_by_id", lambda: people.delete_by_id(id=number), lambda answer: answer == 204 or not answer)
    people.create(email="last@example.com", fid="00Q000000000002")
    says("delete_by_fid", lambda: people.delete_by_fid(fid="00Q000000000002"), lambda answer: answer == 204 or not answer)
    says(
        "custom fields",
        lambda: client.customfields.query(limit=200),
        lambda result: any(one["field_id"] == "Visits" for one in result["customField"]),
    )


def configure(pardot):
    """The account speaks another version."""
    body = json.dumps({"pardot": pardot}).encode()
    head = {"content-type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(f"{URL}/_sandbox/config", body, head, method="POST"))


def pardot_3():
    """Version 3: an address is one prospect, and may be the key."""
    configure({"version": 3})
    client = pardot_client.PardotAPI(business_unit_id="0Uv000000000001CAA", version=3)
    client.sftoken = sys.argv[2]
    people, email = client.prospects, "third@example.com"
    made = says(
        "3: create_by_email",
        lambda: people.create_by_email(email=email, first_name="Ann"),
        lambda answer: answer["prospect"]["first_name"] == "Ann",
    )
    number = made["prospect"]["id"]
    is_one = lambda answer: answer["prospect"]["id"] == number
    says("3: read_by_email", lambda: people.read_by_email(email=email), is_one)
    says("3: read_by_id", lambda: people.read_by_id(id=number), is_one)
    says("3: update_by_email", lambda: people.update_by_email(email=email, city="Ghent"), is_one)
    says("3: update_by_id", lambda: people.update_by_id(id=number, score=5), is_one)
    says("3: upsert_by_email", lambda: people.upsert_by_email(email=email, city="Bruges"), is_one)
    says("3: upsert_by_id", lambda: people.upsert_by_id(id=number, score=6), is_one)
    says("3: assign_by_email", lambda: people.assign_by_email(email=email, user_id=7), is_one)
    says("3: unassign_by_email", lambda: people.unassign_by_email(email=email), is_one)
    says("3: assign_by_id", lambda: people.assign_by_id(id=number, user_id=7), is_one)
    says("3: unassign_by_id", lambda: people.unassign_by_id(id=number), is_one)
    says(
        "3: query",
        lambda: people.query(created_after="yesterday", limit=5, sort_by="id"),
        lambda result: any(one["id"] == number for one in result["prospect"]),
    )
    says("3: update_field_by_id", lambda: people.update_field_by_id(number, "city", "Lier"), is_one)
    says("3: update_field_by_email", lambda: people.update_field_by_email(email, "company", "Acme"), is_one)
    says("3: read_field_by_id", lambda: people.read_field_by_id(number, "city"), lambda city: city == "Lier")
    says(
        "3: read_field_by_email",
        lambda: people.read_field_by_email(email, "company"),
        lambda name: name == "Acme",
    )
    mail = {"campaign_id": 1, "email_template_id": 11}
    sent = lambda answer: answer["email"]["name"] == "Template 11"
    says("3: send_to_id", lambda: client.emails.send_to_id(prospect_id=number, **mail), sent)
    gone = lambda answer: answer == 204 or not answer
    says("3: delete_by_email", lambda: people.delete_by_email(email=email), gone)
    number = people.create_by_email(email="last3@example.com")["prospect"]["id"]
    says("3: delete_by_id", lambda: people.delete_by_id(id=number), gone)


marketo()
pardot()
pardot_3()
print(f"judges: {done} calls of marketorestpython and PyPardotSF")
if failed:
    print("\n".join(failed))
    sys.exit(1)
