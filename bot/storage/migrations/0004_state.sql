-- When what a platform remembers for a while was last of use. What is kept for good has no such time.
ALTER TABLE adapter_state ADD COLUMN used_at BIGINT;
CREATE INDEX adapter_state_used ON adapter_state (used_at) WHERE used_at IS NOT NULL;

-- Whoever spoke where before now was last heard of when the desk last heard anything.
UPDATE adapter_state SET used_at = COALESCE((SELECT MAX(received_at) FROM inbound_event), 0)
WHERE platform = 'slack' AND (SUBSTR(key, 1, 7) IN ('thread/', 'direct/') OR SUBSTR(key, 1, 8) = 'command/'
    OR SUBSTR(key, 1, 6) = 'share/')
OR platform = 'teams' AND (SUBSTR(key, 1, 7) IN ('person/', 'thread/') OR SUBSTR(key, 1, 4) = 'met/');
