-- The messages below cards that pass on what an asker wrote, so that they can be deleted when it is taken back.
CREATE TABLE relayed (
    id $id,
    case_id BIGINT NOT NULL REFERENCES press_case (id) ON DELETE CASCADE,
    event_id TEXT NOT NULL,
    receipt TEXT NOT NULL
);
CREATE INDEX relayed_case ON relayed (case_id, event_id);
