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
    batch = '{"prospects":[{"email":"b@example.com"},{"id":%d,"score":9}]}' % number
    # The client gives back a member `prospects` that no recorded answer has.
    says("batchUpsert", lambda: people.batchUpsert(prospects=batch), lambda answer: answer is None)
    says("the batch's score", lambda: people.read_by_id(id=number), lambda one: one["prospect"]["score"] == 9)
    says("delete_by_id", lambda: people.delete_by_id(id=number), lambda answer: answer == 204 or not answer)
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
    gone = lambda answer: answer == 204 or not answer
    says("3: delete_by_email", lambda: people.delete_by_email(email=email), gone)


marketo()
pardot()
pardot_3()
print(f"judges: {done} calls of marketorestpython and PyPardotSF")
if failed:
    print("\n".join(failed))
    sys.exit(1)
