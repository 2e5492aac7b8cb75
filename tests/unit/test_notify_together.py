"""Answers that one address gets on a day go in one mail: each is in exactly one envelope, whatever comes when."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notify import delivery, rules, together
from services.notify.delivery import LOST_TRACK, MOST_ATTEMPTS, MOST_UNANSWERED, PAUSES
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
        state, events = together.note_sealing(state, sealed, CUT_OFF + DAY, later)
        assert (state.message(ANSWER).leaves_at, events) == (CUT_OFF + DAY, [])
        assert state.message(ANSWER).envelope == together.envelope_id(
            "thanh-tri", "mai@nguoidan.example", CUT_OFF + DAY
        )
        assert together.note_sealing(state, sealed, CUT_OFF + DAY, later) == (state, [])


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
        envelope, _ = together.leave_out(claimed(sealed()), "c", [Member(SUBMISSION, ANSWER)])
        assert (envelope.state, envelope.members, envelope.next_action_at) == ("void", (), None)

    def test_that_is_forgotten_keeps_neither_address_nor_members(self):
        envelope, _ = together.forget(sealed())
        assert (envelope.to, envelope.members, envelope.kept_since) == ("", (), None)

    def test_that_a_server_could_not_be_had_for_was_not_tried_either(self):
        envelope = sealed()
        for _ in range(2 * MOST_ATTEMPTS):
            envelope, _ = together.release(claimed(envelope), "c", NOW)
        assert (envelope.state, envelope.attempts) == ("sealed", 0)

    def test_that_no_server_confirms_is_tried_a_few_times_and_left_to_a_person(self):
        envelope, at = sealed(), NOW
        for attempt in range(1, MOST_UNANSWERED + 1):
            assert (envelope.state, envelope.unanswered) == ("sealed", attempt - 1)
            envelope, _ = together.unanswered(claimed(envelope, at=at), "c", "hung up", at)
            at = envelope.next_action_at
        assert (envelope.state, envelope.reason, envelope.uncertain) == ("failed", LOST_TRACK, True)

    def test_is_renewed_where_its_claim_would_soon_be_taken_for_lost(self):
        envelope = claimed(sealed())
        assert together.renew(envelope, "c", NOW + STALE / 2, STALE) == (envelope, [])
        later = NOW + STALE / 2 + timedelta(seconds=1)
        assert together.renew(envelope, "c", later, STALE)[0].next_action_at == later + STALE
        assert together.renew(envelope, "d", later, STALE) == (envelope, [])

    def test_loses_no_member_by_whoever_does_not_hold_it(self):
        taken = claimed(claimed(sealed()), "d", NOW + STALE)
        assert together.leave_out(taken, "c", taken.members) == (taken, [])
        over, _ = together.sent(taken, "<id>", NOW)
        assert together.leave_out(over, "d", over.members) == (over, [])


def sealed_in(case, **changes):
    """The member, whose cut-off has just passed, and its envelope."""
    envelope = sealed(**changes)
    case = put(case, replace(case.message(ANSWER), leaves_at=NOW))
    return together.note_sealing(case, envelope, CUT_OFF, NOW)[0], envelope


class TestSealedMembers:
    def test_are_not_looked_for_again(self):
        state, envelope = sealed_in(an_answer())
        assert (state.message(ANSWER).sealed, state.envelopes_at) == (True, None)
        assert together.members_of(state, NOW) == {}
        assert together.note_sealing(state, envelope, CUT_OFF, NOW) == (state, [])

    def test_stay_while_they_are_owed_where_the_envelope_goes(self):
        state, envelope = sealed_in(an_answer())
        assert together.stay_or_go(state, envelope, ANSWER, NOW) == (state, [])
        capitals = registrant(email="MAI@nguoidan.example")
        state = replace(state, registrant=capitals)
        assert together.stay_or_go(state, envelope, ANSWER, NOW) == (state, [])

    @pytest.mark.parametrize("fact", [withdrawn(), reopened()], ids=lambda fact: fact.name)
    def test_that_are_not_owed_any_more_are_withdrawn(self, fact):
        state, envelope = sealed_in(an_answer())
        state, events = together.stay_or_go(hears(state, fact)[0], envelope, ANSWER, NOW)
        assert (answers(state), [event.name for event in events]) == ([], ["notification-failed"])

    def test_that_turn_out_to_be_about_a_denunciation_are_in_no_shared_mail(self):
        state = put_off(hears(all_sent(a_late_form()), GRANTED, MOVED)[0])
        [extension] = [one for one in state.messages if one.envelope == ID]
        envelope = sealed(members=(Member(SUBMISSION, extension.id),))
        state = put(state, replace(extension, leaves_at=NOW, sealed=True))
        state, _ = hears(state, of_question(QuestionRedirected, scope=Scope.DENUNCIATION))
        state, _ = together.stay_or_go(state, envelope, extension.id, NOW)
        assert together.member(state, envelope, extension.id) is None

    def test_go_with_the_next_envelope_to_where_he_is_reached_by_now(self):
        state, envelope = sealed_in(an_answer())
        state, events = together.stay_or_go(hears(state, corrected(NEW))[0], envelope, ANSWER, NOW)
        message = put_off(state).message(ANSWER)
        assert (message.to, message.attempts, message.sealed, events) == ((NEW.email,), 0, False, [])
        assert message.envelope == together.envelope_id("thanh-tri", NEW.email, CUT_OFF)

    def test_become_letters_where_he_has_no_address_any_more(self):
        state, envelope = sealed_in(an_answer())
        state, events = together.stay_or_go(
            hears(state, corrected(registrant(email=None)))[0], envelope, ANSWER, CUT_OFF
        )
        assert [(one.channel, one.state) for one in answers(state)] == [("email", "failed"), ("letter", "queued")]
        assert [event.name for event in events] == ["notification-failed", "notification-queued"]

    def test_that_are_in_another_envelope_are_none_of_its_business(self):
        state, envelope = sealed_in(an_answer())
        other = replace(envelope, id="thanh-tri.other.20260420")
        assert together.stay_or_go(state, other, ANSWER, NOW) == (state, [])
        assert together.became_of(state, other, ANSWER, NOW) == (state, [])

    def test_of_a_mail_that_may_have_arrived_become_no_letters(self):
        state, envelope = sealed_in(an_answer(), state="failed", attempts=3, uncertain=True, reason=LOST_TRACK)
        state, events = together.became_of(state, envelope, ANSWER, NOW)
        [message] = answers(state)
        assert (message.state, message.reason, message.uncertain) == ("failed", LOST_TRACK, True)
        assert [event.name for event in events] == ["notification-failed"]

    @pytest.mark.parametrize("state", ["sent", "failed"])
    def test_have_been_tried_as_often_as_their_envelope(self, state):
        """Else a correction of the telephone would send it once more to the address that refused it."""
        case, envelope = sealed_in(an_answer(address=None), state=state, attempts=2, reference="<id>", reason="550")
        case, _ = together.became_of(case, envelope, ANSWER, NOW)
        if state == "sent":
            case, _ = delivery.came_back(case, case.message(ANSWER), "550", NOW)
        phone = registrant(address=None, phone="0900000000")
        assert [one.state for one in answers(hears(case, corrected(phone))[0])] == ["failed"]


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
                    cases[other] = saved_at, together.note_sealing(state, known, next_cut_off(PROFILE, now), now)[0]
    held = [member for envelope in envelopes.values() for member in envelope.members]
    assert sorted(one.case for one in held) == sorted(cases)
    for id, envelope in envelopes.items():
        for one in envelope.members:
            assert cases[one.case][1].message(one.message).envelope == id
