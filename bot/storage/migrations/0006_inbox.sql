-- Messages that were taken in and wait to be decided. The transaction that decides one empties its row.
CREATE TABLE inbox (
    id $id,
    source TEXT NOT NULL,
    event_id TEXT NOT NULL,
    person TEXT NOT NULL,
    conversation TEXT NOT NULL,
    version INTEGER NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    turn BIGINT NOT NULL,
    failures INTEGER NOT NULL,
    claims INTEGER NOT NULL,
    held BOOLEAN NOT NULL,
    case_id BIGINT,
    received_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    lease_until BIGINT,
    lease_owner TEXT NOT NULL
);
CREATE INDEX inbox_turn ON inbox (turn, id) WHERE state = 'waiting';
CREATE INDEX inbox_waiting_person ON inbox (person, id) WHERE state = 'waiting';
CREATE INDEX inbox_waiting_conversation ON inbox (conversation, id) WHERE state = 'waiting';
CREATE INDEX inbox_person ON inbox (person, due_at);
CREATE INDEX inbox_received ON inbox (received_at);

-- Whether an asker may use the desk, if the platform did not say so when their case opened.
ALTER TABLE case_asker ADD COLUMN membership TEXT NOT NULL DEFAULT '';

-- What the matcher found besides the media, for the button that says that the media are not involved.
ALTER TABLE answered ADD COLUMN beside TEXT NOT NULL DEFAULT '{}';
