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
  title TEXT, held_at TEXT, place TEXT, registration_closes_at TEXT,
  announced_at TEXT, ended_at TEXT, concluded_at TEXT, notice TEXT, summary TEXT
) WITHOUT ROWID;
CREATE INDEX dialogue_of_commune ON dialogue (commune, held_at);

CREATE TABLE submission (
  id TEXT PRIMARY KEY, commune TEXT NOT NULL,
  code TEXT, dialogue TEXT, channel TEXT, received_at TEXT, on_time INTEGER,
  name TEXT, phone TEXT, email TEXT, address TEXT,
  attendance TEXT, excuse TEXT
);
CREATE INDEX submission_of_dialogue ON submission (dialogue);
CREATE INDEX submission_by_code ON submission (code);

CREATE TABLE question (
  id TEXT PRIMARY KEY, commune TEXT NOT NULL, submission TEXT NOT NULL,
  -- intake
  number INTEGER, section TEXT, text TEXT,
  -- routing
  state TEXT NOT NULL DEFAULT 'received',
  scope TEXT, because TEXT, proposals TEXT,
  field TEXT, department TEXT, confidence REAL, assigned_by TEXT, assigned_at TEXT,
  draft INTEGER, draft_text TEXT, drafted_by TEXT, drafted_at TEXT,
  remarks TEXT, returned_by TEXT, returned_at TEXT,
  answer TEXT, approved_by TEXT, approved_at TEXT,
  authority TEXT, guidance TEXT, decided_by TEXT, redirected_at TEXT,
  wanted_days INTEGER, wanted_reason TEXT, wanted_by TEXT,
  extended_days INTEGER, extended_reason TEXT, extended_by TEXT,
  heard_at TEXT, settled_how TEXT, settled_at TEXT,
  -- notify; undelivered: why its answer or guidance could not be sent
  sent_at TEXT, undelivered TEXT,
  stage TEXT GENERATED ALWAYS AS (
    CASE
      WHEN settled_how IS NOT NULL THEN 'settled'
      WHEN state = 'redirected' AND scope <> 'in-scope' THEN 'out-of-scope'
      WHEN state = 'approved' AND sent_at IS NOT NULL THEN 'sent'
      ELSE state
    END
  ) VIRTUAL,
  -- received = open + answered + redirected
  standing TEXT GENERATED ALWAYS AS (
    CASE
      WHEN state = 'redirected' OR settled_how = 'redirected' THEN 'redirected'
      WHEN settled_how IS NOT NULL OR heard_at IS NOT NULL OR (state = 'approved' AND sent_at IS NOT NULL) THEN 'answered'
      ELSE 'open'
    END
  ) VIRTUAL
);
CREATE INDEX question_of_commune ON question (commune, standing, stage, id);
CREATE INDEX question_of_submission ON question (submission, number);

-- To find a question by its words, its asker or its code, typed with or without diacritics.
CREATE VIRTUAL TABLE words USING fts5 (question UNINDEXED, plain, tokenize = 'unicode61');

CREATE TABLE term (
  id TEXT PRIMARY KEY, commune TEXT NOT NULL,
  about TEXT NOT NULL, rule TEXT NOT NULL, department TEXT,
  state TEXT NOT NULL DEFAULT 'running',
  set_at TEXT, due_on TEXT, due_at TEXT, original_due_at TEXT, basis TEXT, provisional INTEGER, moved_because TEXT,
  met_at TEXT, late INTEGER, cancelled_because TEXT
) WITHOUT ROWID;
CREATE UNIQUE INDEX term_about ON term (about, rule);

-- A term under a name that does not clash in joins.
CREATE VIEW timing AS
SELECT about, rule, state AS term_state, set_at, due_at, original_due_at, met_at, basis, provisional, moved_because
FROM term;

CREATE TABLE escalation (
  term TEXT NOT NULL, step INTEGER NOT NULL, due_at TEXT NOT NULL,
  commune TEXT NOT NULL, about TEXT NOT NULL, rule TEXT NOT NULL, department TEXT,
  put_before TEXT NOT NULL, raised_at TEXT NOT NULL,
  PRIMARY KEY (term, due_at, step)
) WITHOUT ROWID;
CREATE INDEX escalation_about ON escalation (about);

CREATE TABLE message (
  id TEXT PRIMARY KEY, commune TEXT NOT NULL, case_id TEXT NOT NULL,
  kind TEXT NOT NULL, channel TEXT NOT NULL, questions TEXT NOT NULL,
  state TEXT NOT NULL, changed_at TEXT NOT NULL, sent_at TEXT,
  reference TEXT, uncertain INTEGER, reason TEXT
) WITHOUT ROWID;
CREATE INDEX message_of_case ON message (case_id);

-- A question with its asker and its department's term. owed_until: while the answer is owed.
-- waiting_since: while it waits for somebody who has no term.
CREATE VIEW item AS
SELECT
  q.*, s.code, s.name, t.*,
  CASE q.stage
    WHEN 'awaiting-approval' THEN q.drafted_at
    WHEN 'received' THEN s.received_at
    WHEN 'awaits-triage' THEN s.received_at
  END AS waiting_since,
  CASE WHEN q.standing = 'open' AND t.term_state IN ('running', 'near', 'missed') THEN t.due_at END AS owed_until,
  (SELECT e.put_before FROM escalation e WHERE e.about = q.id ORDER BY e.raised_at DESC, e.step DESC LIMIT 1) AS put_before
FROM question q
LEFT JOIN submission s ON s.id = q.submission
LEFT JOIN timing t ON t.about = q.id AND t.rule = 'department-answer';
