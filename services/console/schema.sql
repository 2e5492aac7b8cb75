-- The console's read model. Instants are UTC as ISO text, so that they sort; lists are JSON.
-- Each table has columns of one speaker only, or columns that one speaker alone writes: events of different
-- speakers may come in any order.

CREATE TABLE kept (key TEXT PRIMARY KEY, value) WITHOUT ROWID;

-- How many events each aggregate has said: what a command carries as `version`.
CREATE TABLE aggregate (
  speaker TEXT NOT NULL, about TEXT NOT NULL, said INTEGER NOT NULL,
  PRIMARY KEY (speaker, about)
) WITHOUT ROWID;

-- For the live tail; only the latest are kept.
CREATE TABLE recent (
  position INTEGER PRIMARY KEY,
  occurred_at TEXT NOT NULL, speaker TEXT NOT NULL, commune TEXT NOT NULL, case_id TEXT NOT NULL, name TEXT NOT NULL
);

CREATE TABLE dialogue (
  id TEXT PRIMARY KEY, commune TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'planned',
  title TEXT, held_at TEXT, place TEXT, kind TEXT, sessions TEXT, seats INTEGER, per_hamlet INTEGER,
  registration_closes_at TEXT, announced_at TEXT, registration_closed_at TEXT,
  previously_at TEXT, rescheduled_because TEXT, rescheduled_at TEXT,
  cancelled_because TEXT, cancelled_at TEXT,
  deputy TEXT, delegated_because TEXT, delegated_by TEXT, delegated_at TEXT,
  delegate_report TEXT, delegate_reported_by TEXT, delegate_reported_at TEXT,
  ended_at TEXT, presided_by TEXT,
  -- conclusion_state: drafted, returned, approved, published. conclusion_promises: as the draft has them
  conclusion_state TEXT, conclusion_draft INTEGER, conclusion_text TEXT, conclusion_promises TEXT,
  drafted_by TEXT, drafted_at TEXT, remarks TEXT, returned_by TEXT, returned_at TEXT, approved_by TEXT, approved_at TEXT,
  notice TEXT, summary TEXT, concluded_at TEXT,
  settled_at TEXT, report_document TEXT, report_recipient TEXT, reported_by TEXT, reported_at TEXT
) WITHOUT ROWID;
CREATE INDEX dialogue_of_commune ON dialogue (commune, held_at);

-- What must be prepared before a dialogue; its term is about the same id, `<dialogue>-<duty>`.
CREATE TABLE duty (
  id TEXT PRIMARY KEY, commune TEXT NOT NULL, dialogue TEXT NOT NULL,
  number INTEGER, duty TEXT, what TEXT, owner TEXT, department TEXT,
  done_at TEXT, proof TEXT, done_by TEXT
) WITHOUT ROWID;
CREATE INDEX duty_of_dialogue ON duty (dialogue, number);

-- A list that somebody sends before a dialogue; its term is about the same id, `<dialogue>-<list>`.
CREATE TABLE expected_list (
  id TEXT PRIMARY KEY, commune TEXT NOT NULL, dialogue TEXT NOT NULL,
  number INTEGER, list TEXT, kind TEXT, sender TEXT, received_at TEXT, count INTEGER
) WITHOUT ROWID;
CREATE INDEX list_of_dialogue ON expected_list (dialogue, number);

-- Somebody invited without having registered: `<dialogue>-<representative>`.
CREATE TABLE representative (
  id TEXT PRIMARY KEY, commune TEXT NOT NULL, dialogue TEXT NOT NULL,
  representative TEXT, name TEXT, organisation TEXT, hamlet TEXT, email TEXT, invited_at TEXT, attended_at TEXT
) WITHOUT ROWID;
CREATE INDEX representative_of_dialogue ON representative (dialogue);

-- What a published conclusion promises; its term is about the same id.
CREATE TABLE commitment (
  id TEXT PRIMARY KEY, commune TEXT NOT NULL, dialogue TEXT NOT NULL,
  number INTEGER, text TEXT, department TEXT, questions TEXT,
  extended_because TEXT, requirement TEXT, responsible TEXT, extended_by TEXT, extended_at TEXT,
  result TEXT, proof TEXT, fulfilled_by TEXT, fulfilled_at TEXT
) WITHOUT ROWID;
CREATE INDEX commitment_of_dialogue ON commitment (dialogue, number);

CREATE TABLE submission (
  id TEXT PRIMARY KEY, commune TEXT NOT NULL,
  code TEXT, dialogue TEXT, channel TEXT, received_at TEXT, on_time INTEGER,
  name TEXT, phone TEXT, email TEXT, address TEXT,
  collected_by TEXT, seat INTEGER, waiting_place INTEGER, invited_at TEXT,
  attendance TEXT, excuse TEXT,
  -- notice: version of the data notice that was agreed to. entered: where it was received before it was entered
  notice TEXT, entered_at TEXT, entered_by TEXT, entered_because TEXT,
  corrected_at TEXT, corrected_by TEXT, corrected_because TEXT,
  -- the whole form; each question of it tells of itself
  withdrawn_at TEXT, withdrawn_because TEXT,
  news_declined_at TEXT,
  -- as one looks for it, with the country's number or without it, however an address is written
  phone_end TEXT GENERATED ALWAYS AS (substr(phone, -9)) VIRTUAL,
  email_folded TEXT GENERATED ALWAYS AS (lower(email)) VIRTUAL
);
CREATE INDEX submission_of_dialogue ON submission (dialogue);
CREATE INDEX submission_by_code ON submission (code);
CREATE INDEX submission_by_phone ON submission (phone_end) WHERE phone IS NOT NULL;
CREATE INDEX submission_by_email ON submission (email_folded) WHERE email IS NOT NULL;

-- A file of a form. source: form, added (by a clerk), mail (of the registrant, later).
CREATE TABLE attachment (
  submission TEXT NOT NULL, id TEXT NOT NULL, commune TEXT NOT NULL,
  name TEXT NOT NULL, media_type TEXT NOT NULL, size INTEGER NOT NULL,
  source TEXT NOT NULL, added_at TEXT NOT NULL, added_by TEXT, note TEXT,
  PRIMARY KEY (submission, id)
) WITHOUT ROWID;

-- What a registrant wrote after his form.
CREATE TABLE word (
  id TEXT PRIMARY KEY, commune TEXT NOT NULL, submission TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX word_of_submission ON word (submission);

-- A mail that came in. original: the whole mail as a file. submissions: what it became, or belongs to.
CREATE TABLE mail (
  id TEXT PRIMARY KEY, commune TEXT NOT NULL,
  outcome TEXT, why TEXT, sender TEXT, subject_line TEXT, received_at TEXT, original TEXT, submissions TEXT, told TEXT,
  proposed TEXT,
  settled_how TEXT, settled_because TEXT, settled_by TEXT, settled_at TEXT
) WITHOUT ROWID;
CREATE INDEX mail_of_commune ON mail (commune, received_at);
CREATE INDEX mail_waiting ON mail (commune, received_at) WHERE outcome = 'quarantined' AND settled_how IS NULL;

CREATE TABLE question (
  id TEXT PRIMARY KEY, commune TEXT NOT NULL, submission TEXT NOT NULL,
  -- intake: as the form has it
  form_number INTEGER, form_section TEXT, form_text TEXT,
  withdrawn_at TEXT, withdrawn_because TEXT, withdrawn_by TEXT,
  rating INTEGER, rating_words TEXT, rated_at TEXT,
  -- routing
  state TEXT NOT NULL DEFAULT 'received',
  scope TEXT, because TEXT, proposals TEXT, matters TEXT,
  -- a question that held several matters: what stays of it; a part of one: its place on the form, and of which it was
  split_text TEXT, split_by TEXT, split_at TEXT,
  part_number INTEGER, part_section TEXT, part_of TEXT,
  field TEXT, department TEXT, confidence REAL, assigned_by TEXT, assigned_at TEXT,
  session INTEGER, outside_subject INTEGER,
  transferred_from TEXT, transferred_because TEXT, transferred_by TEXT, transferred_at TEXT, clock TEXT,
  accepted_by TEXT, accepted_at TEXT,
  draft INTEGER, draft_text TEXT, drafted_by TEXT, drafted_at TEXT,
  remarks TEXT, returned_by TEXT, returned_at TEXT,
  -- awaits: roles of which one decides next on the draft that was handed in; awaited_at: since when it waits for them
  awaits TEXT, awaited_at TEXT,
  answer TEXT, approved_by TEXT, approved_at TEXT,
  -- follows: the question whose answer it gets
  follows TEXT, joined_by TEXT, joined_at TEXT, parted_because TEXT, parted_by TEXT, parted_at TEXT,
  authority TEXT, guidance TEXT, decided_by TEXT, redirected_at TEXT,
  superior TEXT, referred_because TEXT, referred_by TEXT, referred_at TEXT,
  superior_document TEXT, superior_reported_by TEXT, superior_reported_at TEXT,
  wanted_days INTEGER, wanted_reason TEXT, wanted_by TEXT, wanted_requirement TEXT, wanted_responsible TEXT,
  extended_days INTEGER, extended_reason TEXT, extended_by TEXT, requirement TEXT, responsible TEXT, extended_at TEXT,
  -- recurs: earlier questions, unsettled. resembles: the most alike of the same dialogue
  topic TEXT, pressing INTEGER, pressing_because TEXT, recurs TEXT, resembles TEXT, likeness REAL,
  -- owed_in_writing: why. spoken_answer: what was said on the spot, where that was not the approved answer
  owed_in_writing TEXT, owed_since TEXT, taken_note TEXT, taken_by TEXT, taken_at TEXT,
  spoken_answer TEXT, answered_by TEXT, heard_at TEXT, settled_how TEXT, settled_at TEXT,
  -- reopened_round: 2 while the second answer is owed, and after it
  reopened_round INTEGER, reopened_because TEXT, reopened_by TEXT, reopened_at TEXT,
  published_at TEXT, published_by TEXT, published_field TEXT, published_asked TEXT, published_answered TEXT,
  -- notify; undelivered: why its answer or guidance could not be sent
  sent_at TEXT, undelivered TEXT,
  number INTEGER GENERATED ALWAYS AS (coalesce(part_number, form_number)) VIRTUAL,
  section TEXT GENERATED ALWAYS AS (coalesce(part_section, form_section)) VIRTUAL,
  text TEXT GENERATED ALWAYS AS (coalesce(split_text, form_text)) VIRTUAL,
  -- what was heard and sent before it was reopened was not enough
  heard INTEGER GENERATED ALWAYS AS (
    heard_at IS NOT NULL AND (reopened_at IS NULL OR heard_at > reopened_at)
  ) VIRTUAL,
  sent INTEGER GENERATED ALWAYS AS (
    state = 'approved' AND sent_at IS NOT NULL AND (reopened_at IS NULL OR sent_at > reopened_at)
  ) VIRTUAL,
  stage TEXT GENERATED ALWAYS AS (
    CASE
      WHEN settled_how = 'withdrawn' THEN 'withdrawn'
      WHEN settled_how IS NOT NULL THEN 'settled'
      WHEN state = 'redirected' AND scope <> 'in-scope' THEN 'out-of-scope'
      WHEN sent THEN 'sent'
      ELSE state
    END
  ) VIRTUAL,
  -- received = open + answered + redirected + withdrawn; what was referred up is open until the superior and the asker
  -- are told
  standing TEXT GENERATED ALWAYS AS (
    CASE
      WHEN settled_how = 'withdrawn' THEN 'withdrawn'
      WHEN state = 'redirected' OR settled_how IN ('redirected', 'referred-up') THEN 'redirected'
      WHEN settled_how IS NOT NULL OR heard OR sent THEN 'answered'
      ELSE 'open'
    END
  ) VIRTUAL,
  -- deadlines: of its terms the first to end of those that are owed; then one that was late. Written by triggers on term
  first_term TEXT, first_state TEXT, first_due_at TEXT,
  -- while something is owed
  owed_until TEXT GENERATED ALWAYS AS (
    CASE WHEN standing = 'open' AND first_state IN ('running', 'near', 'missed') THEN first_due_at END
  ) VIRTUAL,
  awaits_acceptance INTEGER GENERATED ALWAYS AS (
    coalesce(clock = 'pauses' AND accepted_at IS NULL AND state = 'assigned', 0)
  ) VIRTUAL,
  -- what must be done first stands first: by the end of its term, then what has none, then what is done with
  rank TEXT GENERATED ALWAYS AS (
    CASE WHEN standing <> 'open' THEN '2' WHEN owed_until IS NULL THEN '1' ELSE '0 ' || owed_until END
  ) VIRTUAL
);
CREATE INDEX question_ranked ON question (commune, rank, id);
CREATE INDEX question_of_commune ON question (commune, standing, stage, id);
CREATE INDEX question_of_submission ON question (submission, number);
CREATE INDEX question_denounced ON question (submission) WHERE scope = 'denunciation';
CREATE INDEX question_like ON question (resembles) WHERE resembles IS NOT NULL;
CREATE INDEX question_part_of ON question (part_of) WHERE part_of IS NOT NULL;
CREATE INDEX question_follows ON question (follows) WHERE follows IS NOT NULL;
CREATE INDEX question_of_department ON question (commune, department, standing, stage, state)
WHERE department IS NOT NULL;
CREATE INDEX question_approved ON question (commune, approved_at) WHERE approved_at IS NOT NULL;
CREATE INDEX question_published ON question (commune, published_at) WHERE published_at IS NOT NULL;

-- A version of an answer: kept, handed in, returned. written_by: whoever wrote it may not be who handed it in.
CREATE TABLE draft (
  question TEXT NOT NULL, number INTEGER NOT NULL, commune TEXT NOT NULL, text TEXT NOT NULL,
  written_by TEXT NOT NULL, written_at TEXT NOT NULL, handed_in_by TEXT, handed_in_at TEXT,
  remarks TEXT, returned_by TEXT, returned_at TEXT,
  PRIMARY KEY (question, number)
) WITHOUT ROWID;

-- A step of the approval of a draft that is done, in their order.
CREATE TABLE endorsement (
  question TEXT NOT NULL, draft INTEGER NOT NULL, step INTEGER NOT NULL, commune TEXT NOT NULL,
  role TEXT NOT NULL, endorsed_by TEXT NOT NULL, endorsed_at TEXT NOT NULL,
  PRIMARY KEY (question, draft, step)
) WITHOUT ROWID;

-- A department that is to say what it knows to the one in the lead; gone once it is not any more.
CREATE TABLE coordination (
  question TEXT NOT NULL, department TEXT NOT NULL, commune TEXT NOT NULL,
  matter TEXT NOT NULL, asked_by TEXT NOT NULL, asked_at TEXT NOT NULL,
  PRIMARY KEY (question, department)
) WITHOUT ROWID;
CREATE INDEX coordination_of_department ON coordination (commune, department);

-- What a coordinating department said, in the order in which it did.
CREATE TABLE opinion (
  question TEXT NOT NULL, place INTEGER NOT NULL, commune TEXT NOT NULL,
  department TEXT NOT NULL, text TEXT NOT NULL, given_by TEXT NOT NULL, given_at TEXT NOT NULL,
  PRIMARY KEY (question, place)
) WITHOUT ROWID;

-- That a department said a question was not its own, and why.
CREATE TABLE hand_back (
  question TEXT NOT NULL, place INTEGER NOT NULL, commune TEXT NOT NULL,
  department TEXT NOT NULL, reason TEXT NOT NULL, handed_back_by TEXT NOT NULL, handed_back_at TEXT NOT NULL,
  PRIMARY KEY (question, place)
) WITHOUT ROWID;

-- Who taught routing what: word rules, templates of answers. kind: the event's name. reason: of word rules alone.
CREATE TABLE lesson (
  commune TEXT NOT NULL, place INTEGER NOT NULL, kind TEXT NOT NULL,
  field TEXT, title TEXT, reason TEXT, taught_by TEXT NOT NULL, taught_at TEXT NOT NULL,
  PRIMARY KEY (commune, place)
) WITHOUT ROWID;

-- To find a question by its words, its asker or its code, typed with or without diacritics; rows as in `question`.
-- commune: as one word, so that a search reads no more than its own commune's.
CREATE VIRTUAL TABLE words USING fts5 (commune, plain, tokenize = 'unicode61');

-- To find what everybody may read, question or answer, by its words as they were masked; rows as in `question`.
CREATE VIRTUAL TABLE library USING fts5 (commune, plain, tokenize = 'unicode61');

CREATE TABLE term (
  id TEXT PRIMARY KEY, commune TEXT NOT NULL, case_id TEXT NOT NULL,
  about TEXT NOT NULL, rule TEXT NOT NULL, department TEXT, what TEXT, owner TEXT,
  -- running, near, missed, paused: owed. met, cancelled, passed: not any more
  state TEXT NOT NULL DEFAULT 'running',
  set_at TEXT, due_on TEXT, due_at TEXT, original_due_at TEXT, basis TEXT, provisional INTEGER,
  moved_because TEXT, cause TEXT, paused_because TEXT,
  met_at TEXT, late INTEGER, cancelled_because TEXT,
  -- among the terms of one question: what is owed comes before what stands still, and that before what is over
  turn INTEGER GENERATED ALWAYS AS (
    CASE state WHEN 'met' THEN 2 WHEN 'cancelled' THEN 3 WHEN 'passed' THEN 3 WHEN 'paused' THEN 1 ELSE 0 END
  ) VIRTUAL
) WITHOUT ROWID;
CREATE UNIQUE INDEX term_about ON term (about, rule);
CREATE INDEX term_of_commune ON term (commune, state, due_at);

-- The first term of a question, whichever of the two is heard of first.
CREATE TRIGGER term_begun AFTER INSERT ON term BEGIN
  UPDATE question SET (first_term, first_state, first_due_at) = (
    SELECT id, state, due_at FROM term WHERE about = NEW.about ORDER BY turn, late DESC, due_at, rule LIMIT 1
  ) WHERE id = NEW.about;
END;
CREATE TRIGGER term_changed AFTER UPDATE OF state, due_at, late ON term BEGIN
  UPDATE question SET (first_term, first_state, first_due_at) = (
    SELECT id, state, due_at FROM term WHERE about = NEW.about ORDER BY turn, late DESC, due_at, rule LIMIT 1
  ) WHERE id = NEW.about;
END;
CREATE TRIGGER question_begun AFTER INSERT ON question WHEN EXISTS (SELECT 1 FROM term WHERE about = NEW.id) BEGIN
  UPDATE question SET (first_term, first_state, first_due_at) = (
    SELECT id, state, due_at FROM term WHERE about = NEW.id ORDER BY turn, late DESC, due_at, rule LIMIT 1
  ) WHERE id = NEW.id;
END;

-- A term under names that do not clash in joins.
CREATE VIEW timing AS
SELECT
  id AS term_id, about, rule, state AS term_state, set_at, due_at, original_due_at, met_at, basis, provisional,
  moved_because, cause, paused_because
FROM term;

CREATE TABLE escalation (
  term TEXT NOT NULL, step INTEGER NOT NULL, due_at TEXT NOT NULL,
  commune TEXT NOT NULL, about TEXT NOT NULL, rule TEXT NOT NULL, department TEXT,
  put_before TEXT NOT NULL, raised_at TEXT NOT NULL,
  acknowledged_by TEXT, note TEXT, acknowledged_at TEXT,
  PRIMARY KEY (term, due_at, step)
) WITHOUT ROWID;
CREATE INDEX escalation_about ON escalation (about);

CREATE TABLE message (
  id TEXT PRIMARY KEY, commune TEXT NOT NULL, case_id TEXT NOT NULL,
  kind TEXT NOT NULL, channel TEXT NOT NULL, questions TEXT NOT NULL,
  state TEXT NOT NULL, changed_at TEXT NOT NULL, sent_at TEXT,
  -- withdrawn: it is no longer wanted
  reference TEXT, uncertain INTEGER, reason TEXT, withdrawn INTEGER,
  -- text_version: of the commune's own text. register_number: of the outgoing register. run: the print run of a letter
  text_version INTEGER, register_number TEXT, run TEXT,
  posted_on TEXT, tracking TEXT, delivered_on TEXT, returned_on TEXT, returned_because TEXT
) WITHOUT ROWID;
CREATE INDEX message_of_case ON message (case_id);
CREATE INDEX message_numbered ON message (commune, register_number) WHERE register_number IS NOT NULL;
CREATE INDEX message_lost ON message (commune, changed_at) WHERE state = 'failed' OR returned_on IS NOT NULL;

-- What a mail server said of a mail of ours later, by id of the message; as it was said last.
CREATE TABLE delivery_report (
  id TEXT PRIMARY KEY, commune TEXT NOT NULL,
  action TEXT NOT NULL, status TEXT NOT NULL, said TEXT NOT NULL, reported_at TEXT NOT NULL
) WITHOUT ROWID;

-- A day's letters once they are final; the term of posting is about the same id.
CREATE TABLE print_run (
  id TEXT PRIMARY KEY, commune TEXT NOT NULL,
  closed_at TEXT, letters INTEGER, envelopes INTEGER, posted_on TEXT, posted_at TEXT
) WITHOUT ROWID;
CREATE INDEX print_run_of_commune ON print_run (commune, closed_at);

-- What somebody must act upon; a cut-off is owed by nobody. question, dialogue: what it is about, where that is known.
CREATE VIEW owed AS
SELECT t.*, t.id AS term_id, t.state AS term_state, q.id AS question, q.text, q.scope, d.id AS dialogue
FROM term t
LEFT JOIN question q ON q.id = t.about
LEFT JOIN dialogue d ON d.id = t.case_id
WHERE t.state IN ('running', 'near', 'missed', 'paused') AND t.due_at IS NOT NULL AND t.rule <> 'registration-cutoff';

-- A question with its asker and its first term. waiting_since: while it waits for somebody who has no term.
-- of_denouncer: a question of its form reads like a denunciation, or is one: no list names who sent it.
CREATE VIEW item AS
SELECT
  q.*, q.rowid AS line, s.code, s.name, t.*,
  CASE
    WHEN t.term_state IN ('running', 'near', 'missed', 'paused') THEN NULL
    WHEN q.stage = 'awaiting-approval' THEN q.awaited_at
    WHEN q.stage IN ('received', 'awaits-triage') THEN s.received_at
  END AS waiting_since,
  EXISTS (SELECT 1 FROM question f WHERE f.submission = q.submission AND f.scope = 'denunciation') AS of_denouncer,
  (SELECT e.put_before FROM escalation e WHERE e.about = q.id ORDER BY e.raised_at DESC, e.step DESC LIMIT 1) AS put_before
FROM question q
LEFT JOIN submission s ON s.id = q.submission
LEFT JOIN timing t ON t.term_id = q.first_term;

-- --- figures: what facts/figures.py counts once, not for each page ---

-- Cases of which something was said since they were counted. refused: as they are, they cannot be.
CREATE TABLE uncounted (case_id TEXT PRIMARY KEY, refused INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;

-- A question, or a term (of `rule`), as it was counted: what is taken away when it is counted anew. Nobody's name or words.
-- first_end, last_end, late_from: from when on it is late, by its first end, as extended, by any of its terms.
-- late_on, met_on: the days on which the answer became late, and was given after all.
CREATE TABLE counted (
  case_id TEXT NOT NULL, rule TEXT NOT NULL, id TEXT NOT NULL, commune TEXT NOT NULL, month TEXT NOT NULL,
  channel TEXT NOT NULL, field TEXT NOT NULL, department TEXT NOT NULL,
  first_end TEXT NOT NULL, last_end TEXT NOT NULL, late_from TEXT NOT NULL, late_on TEXT, met_on TEXT,
  over_from TEXT GENERATED ALWAYS AS (min(first_end, last_end, late_from)) VIRTUAL,
  number INTEGER NOT NULL,
  kept_first INTEGER NOT NULL, late_first INTEGER NOT NULL, kept INTEGER NOT NULL, late INTEGER NOT NULL,
  cancelled INTEGER NOT NULL, to_province INTEGER NOT NULL,
  at_dialogue INTEGER NOT NULL, in_writing INTEGER NOT NULL, redirected INTEGER NOT NULL,
  referred_up INTEGER NOT NULL, withdrawn INTEGER NOT NULL, open INTEGER NOT NULL,
  extended INTEGER NOT NULL, extended_days INTEGER NOT NULL, escalated INTEGER NOT NULL,
  within_5 INTEGER NOT NULL, within_7 INTEGER NOT NULL, within_10 INTEGER NOT NULL, within_20 INTEGER NOT NULL,
  within_30 INTEGER NOT NULL, longer INTEGER NOT NULL,
  PRIMARY KEY (case_id, rule, id)
) WITHOUT ROWID;
CREATE INDEX counted_over ON counted (
  over_from, rule, commune, month, channel, field, department, first_end, last_end, late_from
) WHERE over_from <> '9';

-- The same added up. by: all, channel, field, department; term, rule; value: which of them.
CREATE TABLE month_figure (
  by TEXT NOT NULL, commune TEXT NOT NULL, month TEXT NOT NULL, value TEXT NOT NULL,
  number INTEGER NOT NULL,
  kept_first INTEGER NOT NULL, late_first INTEGER NOT NULL, kept INTEGER NOT NULL, late INTEGER NOT NULL,
  cancelled INTEGER NOT NULL, to_province INTEGER NOT NULL,
  at_dialogue INTEGER, in_writing INTEGER, redirected INTEGER, referred_up INTEGER, withdrawn INTEGER, open INTEGER,
  extended INTEGER, extended_days INTEGER, escalated INTEGER,
  within_5 INTEGER, within_7 INTEGER, within_10 INTEGER, within_20 INTEGER, within_30 INTEGER, longer INTEGER,
  PRIMARY KEY (by, commune, month, value)
) WITHOUT ROWID;
CREATE INDEX month_figure_empty ON month_figure (number) WHERE number = 0;

-- By how many there were more late questions at the end of a day than at its beginning.
CREATE TABLE day_figure (
  commune TEXT NOT NULL, day TEXT NOT NULL, change INTEGER NOT NULL, PRIMARY KEY (commune, day)
) WITHOUT ROWID;
CREATE INDEX day_figure_empty ON day_figure (change) WHERE change = 0;

CREATE INDEX submission_received ON submission (commune, received_at);
CREATE INDEX question_referred ON question (commune, referred_at) WHERE referred_at IS NOT NULL;
CREATE INDEX escalation_to_province ON escalation (commune, term) WHERE put_before = 'province';
