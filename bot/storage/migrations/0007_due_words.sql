-- The words from which a deadline was read, so that the card can show them.
ALTER TABLE press_case ADD COLUMN due_words TEXT NOT NULL DEFAULT '';
