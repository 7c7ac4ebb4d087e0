-- The whole life of an enquiry: what the journalist wants and by when, who is to answer, and what came of it.
ALTER TABLE press_case ADD COLUMN callback TEXT NOT NULL DEFAULT '';
ALTER TABLE press_case ADD COLUMN questions TEXT NOT NULL DEFAULT '';
ALTER TABLE press_case ADD COLUMN medium TEXT NOT NULL DEFAULT '';
ALTER TABLE press_case ADD COLUMN slot TEXT NOT NULL DEFAULT '';
ALTER TABLE press_case ADD COLUMN embargo TEXT NOT NULL DEFAULT '';
ALTER TABLE press_case ADD COLUMN said TEXT NOT NULL DEFAULT '';
ALTER TABLE press_case ADD COLUMN due_at BIGINT;
ALTER TABLE press_case ADD COLUMN due_known BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE press_case ADD COLUMN urgent BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE press_case ADD COLUMN responded_at BIGINT;
ALTER TABLE press_case ADD COLUMN waiting_until BIGINT;
ALTER TABLE press_case ADD COLUMN waiting_for TEXT NOT NULL DEFAULT '';
ALTER TABLE press_case ADD COLUMN offered_platform TEXT;
ALTER TABLE press_case ADD COLUMN offered_id TEXT;
ALTER TABLE press_case ADD COLUMN offered_name TEXT;
ALTER TABLE press_case ADD COLUMN foi BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE press_case ADD COLUMN incident_id BIGINT;
ALTER TABLE press_case ADD COLUMN joined_into BIGINT;
CREATE INDEX press_case_due ON press_case (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX press_case_opened ON press_case (opened_at);
CREATE INDEX press_case_joined ON press_case (joined_into) WHERE joined_into IS NOT NULL;

-- The case that an asker came from when it was joined to this one.
ALTER TABLE case_asker ADD COLUMN from_case BIGINT;

CREATE TABLE case_statement (
    id $id,
    case_id BIGINT NOT NULL REFERENCES press_case (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    by_platform TEXT,
    by_id TEXT,
    by_name TEXT,
    text TEXT NOT NULL,
    approver TEXT NOT NULL,
    recipient TEXT NOT NULL
);
CREATE INDEX case_statement_case ON case_statement (case_id, id);

-- Each pair once, the older case first.
CREATE TABLE case_link (
    case_id BIGINT NOT NULL REFERENCES press_case (id) ON DELETE CASCADE,
    other_id BIGINT NOT NULL REFERENCES press_case (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (case_id, other_id)
);
CREATE INDEX case_link_other ON case_link (other_id);

CREATE TABLE incident (
    id $id,
    title TEXT NOT NULL,
    holding_line TEXT NOT NULL,
    lead TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    by_platform TEXT,
    by_id TEXT,
    by_name TEXT
);
CREATE INDEX incident_open ON incident (started_at) WHERE ended_at IS NULL;

-- What was taken for an enquiry and was none, without a name: for whoever owns the answers.
CREATE TABLE false_alarm (
    id $id,
    at BIGINT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX false_alarm_at ON false_alarm (at);
