"""Answers that one address gets on a day go in one mail: each is in exactly one envelope, whatever comes when."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notify import delivery, rules, together
from services.notify.delivery import LOST_TRACK, MOST_ATTEMPTS, PAUSES
from services.notify.messages import add, put
from services.notify.owed import new_message
from services.notify.posting.runs import next_cut_off
from services.notify.texts.blocks import Button, Heading, Paragraph, Run, Written
from services.notify.together import Envelope, Member
from shared.communes import PROFILES, read_profile
from shared.contracts.routing import QuestionRedirected
from shared.contracts.taxonomy import Scope
from tests.builders import NOW, SUBMISSION, of_question, registrant, submission_received
from tests.unit.test_notify_aftercare import NEW, a_late_form, all_sent, corrected, reopened, withdrawn
from tests.unit.test_notify_rules import APPROVED, GRANTED, MOVED, REFERRED, a_form, answers, hears

PROFILE = read_profile(PROFILES / "thanh-tri.yaml")
CUT_OFF = next_cut_off(PROFILE, NOW)
DAY, STALE = timedelta(days=1), timedelta(minutes=2)
ANSWER = f"{SUBMISSION}.answer.1"
ID = together.envelope_id("thanh-tri", "mai@nguoidan.example", CUT_OFF)


def shipped(kind):
    return 0


def put_off(state, now=NOW):
    return together.put_off(state, next_cut_off(PROFILE, now), now, shipped)


def an_answer(**known):
    return put_off(hears(all_sent(a_late_form(registrant(**known))), APPROVED)[0])


class TestMembers:
    def test_wait_for_the_cut_off_and_are_taken_on_by_nobody(self):
        state = an_answer()
        message = state.message(ANSWER)
        assert (message.state, message.envelope, message.leaves_at) == ("queued", ID, CUT_OFF)
        assert (state.next_action_at, state.envelopes_at, message.text) == (None, CUT_OFF, 0)
        assert delivery.claim_due(state, "c", NOW + DAY, STALE) == (state, [])
        assert put_off(state) == state

    @pytest.mark.parametrize("facts", [[APPROVED], [REFERRED], [GRANTED, MOVED]], ids=lambda facts: facts[0].name)
    def test_are_what_the_office_says_to_a_question(self, facts):
        state = put_off(hears(all_sent(a_late_form()), *facts)[0])
        assert [one.envelope for one in state.messages if one.state == "queued"] == [ID]

    @pytest.mark.parametrize(
        ("state", "because"),
        [
            (a_form(), "a receipt is awaited"),
            (hears(all_sent(a_late_form(registrant(email=None))), APPROVED)[0], "it goes by post"),
            (
                hears(all_sent(a_form()), of_question(QuestionRedirected, scope=Scope.DENUNCIATION))[0],
                "nothing of a denunciation goes among other mail",
            ),
        ],
    )
    def test_are_nothing_else(self, state, because):
        assert put_off(state) == state, because

    def test_that_were_tried_by_themselves_go_on_so(self):
        state, _ = hears(all_sent(a_late_form()), APPROVED)
        state, _ = delivery.claim_due(state, "c", NOW, STALE)
        state, _ = delivery.failed(state, ANSWER, "451", NOW, permanent=False, by="c")
        assert put_off(state, NOW + DAY) == state

    def test_go_to_the_envelope_of_the_right_address(self):
        state = put_off(hears(an_answer(), corrected(NEW))[0])
        assert state.message(ANSWER).envelope == together.envelope_id("thanh-tri", NEW.email, CUT_OFF)

    @pytest.mark.parametrize("fact", [withdrawn(), reopened()], ids=lambda fact: fact.name)
    def test_are_withdrawn_until_the_cut_off_and_not_from_then_on(self, fact):
        assert answers(hears(an_answer(), fact)[0]) == []
        closed = put(an_answer(), replace(an_answer().message(ANSWER), leaves_at=NOW))
        assert [one.state for one in answers(hears(closed, fact)[0])] == ["queued"]

    def test_share_an_envelope_whatever_the_case_of_the_address(self):
        assert together.envelope_id("thanh-tri", "MAI@nguoidan.example", CUT_OFF) == ID
        assert together.envelope_id("chanh-lo", "mai@nguoidan.example", CUT_OFF) != ID
        assert "mai" not in ID

    def test_that_come_too_late_go_into_the_next_one(self):
        state = an_answer()
        sealed, _ = together.seal(None, ID, "thanh-tri", "mai@nguoidan.example", [Member("01JX", "01JX.answer.1")], NOW)
        later = CUT_OFF + timedelta(seconds=5)
        state, events = together.too_late(state, sealed, CUT_OFF + DAY, later)
        assert (state.message(ANSWER).leaves_at, events) == (CUT_OFF + DAY, [])
        assert state.message(ANSWER).envelope == together.envelope_id(
            "thanh-tri", "mai@nguoidan.example", CUT_OFF + DAY
        )
        assert together.too_late(state, sealed, CUT_OFF + DAY, later) == (state, [])


def sealed(**changes):
    state, _ = together.seal(None, ID, "thanh-tri", "mai@nguoidan.example", [Member(SUBMISSION, ANSWER)], NOW)
    return replace(state, **changes)


def claimed(envelope, by="c", at=NOW, alive=()):
    return together.claim(envelope, by, at, STALE, alive)[0]


class TestEnvelope:
    def test_is_sealed_once(self):
        late = [Member("01JX", "01JX.answer.1")]
        assert together.seal(sealed(), ID, "thanh-tri", "mai@nguoidan.example", late, NOW) == (sealed(), [])

    def test_is_its_claims_alone(self):
        envelope = claimed(sealed())
        assert (envelope.state, envelope.claimed_by, envelope.uncertain) == ("sending", "c", False)
        assert claimed(envelope, "d") == envelope
        assert claimed(envelope, "d", NOW + DAY, alive={"c"}) == envelope
        taken = claimed(envelope, "d", NOW + STALE)
        assert (taken.claimed_by, taken.uncertain, taken.attempts) == ("d", True, 2)
        assert together.failed(taken, "c", "451", NOW, permanent=False) == (taken, [])

    def test_is_tried_again_with_the_pauses_of_any_mail_and_then_given_up(self):
        envelope, at = sealed(), NOW
        for attempt in range(1, MOST_ATTEMPTS + 1):
            envelope, _ = together.failed(claimed(envelope, at=at), "c", "451 bận", at, permanent=False)
            if attempt == 1:
                assert envelope.next_action_at == NOW + PAUSES[0]
            at = envelope.next_action_at
        assert (envelope.state, envelope.reason) == ("failed", "451 bận")

    def test_whose_sender_always_dies_is_given_up(self):
        envelope = claimed(sealed(attempts=MOST_ATTEMPTS))
        assert (envelope.state, envelope.reason) == ("failed", LOST_TRACK)

    def test_that_was_put_off_has_not_been_tried(self):
        envelope, _ = together.release(claimed(sealed()), "c", NOW + STALE)
        assert (envelope.state, envelope.attempts, envelope.next_action_at) == ("sealed", 0, NOW + STALE)

    def test_that_was_sent_is_sent_whoever_holds_it_and_its_members_are_told(self):
        envelope, _ = together.sent(claimed(claimed(sealed()), "d", NOW + STALE), "<id>", NOW)
        assert (envelope.state, envelope.reference, envelope.next_action_at) == ("sent", "<id>", NOW)
        assert together.sent(envelope, "<other>", NOW) == (envelope, [])
        assert together.told(envelope)[0].next_action_at is None

    def test_of_which_nothing_is_left_is_none(self):
        envelope, _ = together.leave_out(claimed(sealed()), [Member(SUBMISSION, ANSWER)], NOW)
        assert (envelope.state, envelope.members) == ("failed", ())

    def test_that_is_forgotten_keeps_neither_address_nor_members(self):
        envelope, _ = together.forget(sealed())
        assert (envelope.to, envelope.members, envelope.kept_since) == ("", (), None)


class TestWords:
    def part(self, number, name="ông Nam"):
        return Written(
            "trả lời",
            f"Trả lời {number}",
            (
                Heading(f"Trả lời {number}"),
                Paragraph((Run(f"Kính gửi {name},"),)),
                Paragraph((Run("Như nhau."),)),
                Button("http://cong", "Xem"),
            ),
        )

    def test_of_one_member_are_its_own(self):
        assert together.joined([self.part(1)]) == self.part(1)

    def test_stand_one_after_the_other_under_one_greeting(self):
        joined = together.joined([self.part(1), self.part(2)])
        assert joined.subject == "Trả lời 1 và 01 nội dung khác"
        heading, greeting, words, button = self.part(1).blocks
        assert joined.blocks == (heading, greeting, words, self.part(2).blocks[0], words, button)

    def test_to_somebody_else_at_the_same_address_have_his_greeting(self):
        joined = together.joined([self.part(1), self.part(2, "bà Mai")])
        assert Paragraph((Run("Kính gửi bà Mai,"),)) in joined.blocks


# Whatever comes when


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["mai", "nam"]), st.integers(0, 70), st.integers(0, 3)), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
def test_each_answer_is_in_exactly_one_envelope(answers_due, random):
    """Answers become due at any hour, are saved up to three hours late, and are looked for in any order."""
    cases = {}
    for number, (who, hour, slow) in enumerate(answers_due):
        due = NOW + timedelta(hours=hour)
        form = submission_received(
            case=f"01J{number}", questions=(), registrant=registrant(email=f"{who}@nguoidan.example")
        )
        state, _ = rules.acknowledge(None, form, NOW)
        message = replace(
            new_message(state, "answer", "answer.1", due), to=(f"{who}@nguoidan.example",), next_action_at=due
        )
        state = add(replace(state, messages=()), message, due)[0]
        cases[state.id] = (due + timedelta(hours=slow), put_off(state, due))
    envelopes: dict[str, Envelope] = {}
    for hour in range(24 * 6):
        now = NOW + timedelta(hours=hour)
        seen = [id for id, (saved_at, _) in cases.items() if saved_at <= now]
        random.shuffle(seen)
        for id in seen:
            for envelope_id in together.members_of(cases[id][1], now):
                members = [
                    Member(other, f"{other}.answer.1")
                    for other in seen
                    if envelope_id in together.members_of(cases[other][1], now)
                ]
                known, _ = together.seal(envelopes.get(envelope_id), envelope_id, "thanh-tri", "", members, now)
                envelopes[envelope_id] = known
                for other in seen:
                    saved_at, state = cases[other]
                    cases[other] = saved_at, together.too_late(state, known, next_cut_off(PROFILE, now), now)[0]
    held = [member for envelope in envelopes.values() for member in envelope.members]
    assert sorted(one.case for one in held) == sorted(cases)
    for id, envelope in envelopes.items():
        for one in envelope.members:
            assert cases[one.case][1].message(one.message).envelope == id
