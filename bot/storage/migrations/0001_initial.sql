-- Instants are whole microseconds since 1970, UTC. Words with a dollar sign are where the engines differ (migrate.py).

CREATE TABLE inbound_event (
    source TEXT NOT NULL,
    event_id TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (source, event_id)
);

CREATE TABLE press_case (
    id $id,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    revision INTEGER NOT NULL,
    turned INTEGER NOT NULL,
    opened_at BIGINT NOT NULL,
    outlet TEXT NOT NULL,
    journalist TEXT NOT NULL,
    contact TEXT NOT NULL,
    deadline TEXT NOT NULL,
    about TEXT NOT NULL,
    owner_platform TEXT,
    owner_id TEXT,
    owner_name TEXT,
    outcome TEXT,
    claimed_at BIGINT,
    answered_at BIGINT,
    closed_at BIGINT,
    restricted BOOLEAN NOT NULL,
    unreachable TEXT NOT NULL
);
CREATE INDEX press_case_state ON press_case (state, id);

CREATE TABLE case_asker (
    case_id BIGINT NOT NULL REFERENCES press_case (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    person_platform TEXT NOT NULL,
    person_id TEXT NOT NULL,
    person_name TEXT NOT NULL,
    direct_platform TEXT NOT NULL,
    direct_token TEXT NOT NULL,
    at_platform TEXT NOT NULL,
    at_token TEXT NOT NULL,
    text TEXT NOT NULL,
    said_at BIGINT NOT NULL,
    event_id TEXT NOT NULL,
    link TEXT NOT NULL,
    files INTEGER NOT NULL,
    PRIMARY KEY (case_id, position)
);
CREATE INDEX case_asker_person ON case_asker (person_platform, person_id);
CREATE INDEX case_asker_event ON case_asker (event_id);

CREATE TABLE case_step (
    id $id,
    case_id BIGINT NOT NULL REFERENCES press_case (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    by_platform TEXT,
    by_id TEXT,
    by_name TEXT,
    text TEXT NOT NULL,
    event_id TEXT NOT NULL
);
CREATE INDEX case_step_case ON case_step (case_id, id);
CREATE INDEX case_step_event ON case_step (event_id) WHERE event_id <> '';

CREATE TABLE lane (
    name TEXT PRIMARY KEY NOT NULL,
    next_seq BIGINT NOT NULL
);

CREATE TABLE job (
    id $id,
    kind TEXT NOT NULL,
    case_id BIGINT REFERENCES press_case (id) ON DELETE CASCADE,
    lane TEXT NOT NULL,
    seq BIGINT NOT NULL,
    idempotency_key TEXT NOT NULL UNIQUE,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    claims INTEGER NOT NULL,
    due_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    lease_until BIGINT,
    lease_owner TEXT NOT NULL,
    last_error TEXT NOT NULL
);
CREATE INDEX job_due ON job (due_at, id) WHERE state = 'pending' AND kind <> 'timer';
CREATE INDEX job_timer ON job (due_at, id) WHERE state = 'pending' AND kind = 'timer';
CREATE INDEX job_lane ON job (lane, seq) WHERE state = 'pending';
CREATE INDEX job_case ON job (case_id);

CREATE TABLE posting (
    id $id,
    case_id BIGINT NOT NULL REFERENCES press_case (id) ON DELETE CASCADE,
    platform TEXT NOT NULL,
    token TEXT NOT NULL,
    thread_platform TEXT NOT NULL,
    thread_token TEXT NOT NULL,
    receipt TEXT NOT NULL,
    UNIQUE (case_id, platform, token, thread_platform, thread_token)
);
CREATE INDEX posting_thread ON posting (thread_platform, thread_token);

CREATE TABLE answered (
    id $id,
    at BIGINT NOT NULL,
    question TEXT NOT NULL,
    outcome TEXT NOT NULL,
    entries TEXT NOT NULL,
    knowledge TEXT NOT NULL,
    asker TEXT NOT NULL,
    event_id TEXT NOT NULL,
    link TEXT NOT NULL,
    files INTEGER NOT NULL
);
CREATE INDEX answered_at ON answered (at);

-- Kept longer than the question, so it refers to it without a foreign key and carries what the owners need.
CREATE TABLE feedback (
    answered_id BIGINT PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    entries TEXT NOT NULL,
    knowledge TEXT NOT NULL
);
CREATE INDEX feedback_at ON feedback (at);

CREATE TABLE adapter_state (
    platform TEXT NOT NULL,
    key TEXT $bytewise NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (platform, key)
);

CREATE TABLE knowledge_snapshot (
    revision TEXT PRIMARY KEY NOT NULL,
    text TEXT NOT NULL,
    saved_at BIGINT NOT NULL
);
