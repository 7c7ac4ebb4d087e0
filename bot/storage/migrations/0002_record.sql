-- A case that is held is neither purged nor erased.
ALTER TABLE press_case ADD COLUMN held BOOLEAN NOT NULL DEFAULT FALSE;

-- What is looked for by its age. The texts of messages that have left are few among the rows that stay.
CREATE INDEX press_case_closed ON press_case (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX inbound_event_received ON inbound_event (received_at);
CREATE INDEX job_ended ON job (ended_at) WHERE ended_at IS NOT NULL AND payload <> '{}';
CREATE INDEX answered_asker ON answered (asker) WHERE asker <> '';

-- Where a question was asked (`platform:token`), so that a follow-up is read with the question before it.
ALTER TABLE answered ADD COLUMN conversation TEXT NOT NULL DEFAULT '';
