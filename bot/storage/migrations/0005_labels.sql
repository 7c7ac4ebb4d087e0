-- What a reply was to whoever asked: advice, words to give, or that the press office responds itself.
ALTER TABLE case_step ADD COLUMN label TEXT NOT NULL DEFAULT '';
