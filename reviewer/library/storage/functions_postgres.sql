-- Functions of SQLite that the library's statements use, and the triggers' bodies.

CREATE FUNCTION instr(text, text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT strpos($1, $2) $$;

-- The second value is '$.' and a name. Gives a text, or an array's or object's JSON.
CREATE FUNCTION json_extract(text, text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT $1::json ->> substr($2, 3) $$;

CREATE FUNCTION json_array_length(text, text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT json_array_length($1::json -> substr($2, 3)) $$;

-- The numbers of a JSON array.
CREATE FUNCTION json_each(text) RETURNS TABLE (value bigint) LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT found::bigint FROM json_array_elements_text($1::json) AS found $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', TG_ARGV[0];
END $$;

CREATE FUNCTION note_removed_chunk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO dead_chunks SELECT old.number WHERE old.number <= (SELECT max(last) FROM segments);
  INSERT INTO removed_chunks
    VALUES (old.id, (SELECT CAST(value AS bigint) FROM state WHERE name = 'generation'))
    ON CONFLICT (id) DO UPDATE SET generation = excluded.generation;
  RETURN NULL;
END $$;

CREATE FUNCTION note_arrival() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO arrivals
    VALUES (new.number, to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
    ON CONFLICT (paper) DO UPDATE SET came = excluded.came;
  RETURN NULL;
END $$;
