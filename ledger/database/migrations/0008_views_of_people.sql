-- What people read: the read model with names for numbers, times as timestamps and accounts beside contracts. The role
-- yzt_reader, where there is one, may select from these views and touch nothing else (ledger/database/reading.py). Here
-- what all of them need, how far they are, and the parties and people of the bank with their acts.

-- Names of codes and states, written at each start from the words of the program that starts.
CREATE TABLE word_names (
    vocabulary text    NOT NULL,
    number     integer NOT NULL,
    name       text    NOT NULL,
    PRIMARY KEY (vocabulary, number)
);
COMMENT ON TABLE word_names IS 'Names of codes and states by their numbers.';

-- For views alone: a reader has no right to the table, and a view lends its own.
CREATE FUNCTION readable_time(at_ns bigint) RETURNS timestamptz
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT timestamptz 'epoch' + at_ns / 1000 * interval '1 microsecond'
$$;

-- The day that yyyymmdd names, NULL when it names none: what a partner wrote must not make a view unreadable.
CREATE FUNCTION readable_date(yyyymmdd integer) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE
    WHEN yyyymmdd NOT BETWEEN 10101 AND 99991231 OR yyyymmdd / 100 % 100 NOT BETWEEN 1 AND 12 OR yyyymmdd % 100 < 1 THEN NULL
    WHEN yyyymmdd % 100 <= CASE yyyymmdd / 100 % 100
        WHEN 2 THEN CASE WHEN yyyymmdd / 10000 % 4 = 0 AND (yyyymmdd / 10000 % 100 <> 0 OR yyyymmdd / 10000 % 400 = 0) THEN 29 ELSE 28 END
        WHEN 4 THEN 30
        WHEN 6 THEN 30
        WHEN 9 THEN 30
        WHEN 11 THEN 30
        ELSE 31
    END THEN make_date(yyyymmdd / 10000, yyyymmdd / 100 % 100, yyyymmdd % 100)
END
$$;

-- Bytes as a partner wrote them, without the zeros that fill them up: what is no ASCII, and zeros inside, as \ooo.
CREATE FUNCTION readable_text(written bytea) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT encode(rtrim(written, '\x00'::bytea), 'escape')
$$;

CREATE VIEW bank_as_of AS
SELECT r.sequence AS sequence,
       readable_time(r.decided_at_ns) AS decided_at,
       (SELECT encode(substring(j.digest FROM 1 FOR 8), 'hex') FROM journal j WHERE j.sequence = 1) AS bank
FROM read_cursor r;
COMMENT ON VIEW bank_as_of IS 'How far the views here are: everything up to one row of the journal, nothing of later ones.';
COMMENT ON COLUMN bank_as_of.sequence IS 'last journal row that the views show';
COMMENT ON COLUMN bank_as_of.decided_at IS 'when that row was decided';
COMMENT ON COLUMN bank_as_of.bank IS 'the 16 digits by which acts of people name this bank: of the first row of its journal';

CREATE VIEW bank_parties AS
SELECT p.party AS party,
       p.name AS party_name,
       COALESCE(w1.name, 'NUMBER_' || p.role) AS role,
       COALESCE(w2.name, 'NUMBER_' || p.suite) AS suite,
       p.proceeds_at_fill AS proceeds_at_fill,
       p.stopped AS stopped,
       p.terminated AS terminated,
       COALESCE(w4.name, 'NUMBER_' || p.mode) AS mode,
       COALESCE(w5.name, 'NUMBER_' || p.next_mode) AS next_mode,
       COALESCE(w6.name, 'NUMBER_' || p.scheme) AS scheme,
       COALESCE(w7.name, 'NUMBER_' || p.next_scheme) AS next_scheme,
       ARRAY(SELECT s.seat || ' ' || COALESCE(w3.name, 'NUMBER_' || s.role)
             FROM unnest(p.seats, p.seat_roles) WITH ORDINALITY AS s (seat, role, place)
             LEFT JOIN word_names w3 ON w3.vocabulary = 'seat_role' AND w3.number = s.role
             ORDER BY s.place) AS seats
FROM parties p
LEFT JOIN word_names w1 ON w1.vocabulary = 'role' AND w1.number = p.role
LEFT JOIN word_names w2 ON w2.vocabulary = 'suite' AND w2.number = p.suite
LEFT JOIN word_names w4 ON w4.vocabulary = 'mode' AND w4.number = p.mode
LEFT JOIN word_names w5 ON w5.vocabulary = 'mode' AND w5.number = p.next_mode
LEFT JOIN word_names w6 ON w6.vocabulary = 'scheme' AND w6.number = p.scheme
LEFT JOIN word_names w7 ON w7.vocabulary = 'scheme' AND w7.number = p.next_scheme;
COMMENT ON VIEW bank_parties IS 'The bank, the brokers and the channels.';
COMMENT ON COLUMN bank_parties.party IS 'number of the party: the bank is 1';
COMMENT ON COLUMN bank_parties.party_name IS 'name of that party';
COMMENT ON COLUMN bank_parties.role IS 'BANK, BROKER or CHANNEL';
COMMENT ON COLUMN bank_parties.suite IS 'how the party signs';
COMMENT ON COLUMN bank_parties.proceeds_at_fill IS 'whether sale proceeds enter buying power at the fill';
COMMENT ON COLUMN bank_parties.stopped IS 'whether two people have stopped it: it takes no new orders';
COMMENT ON COLUMN bank_parties.terminated IS 'whether they have stopped it for good 终止协议, for what was unpaid too long: no contract of it begins either';
COMMENT ON COLUMN bank_parties.mode IS 'FREEZE: what its customers order with stays on their accounts; TRANSFER 划转: it is moved as far as it could be withdrawn';
COMMENT ON COLUMN bank_parties.next_mode IS 'the mode that comes with the first roll at which nothing of it is moved; without a change the same';
COMMENT ON COLUMN bank_parties.scheme IS 'B 方案二: its customers order at the broker, which freezes; A 方案一: through the bank';
COMMENT ON COLUMN bank_parties.next_scheme IS 'the scheme that comes with the first roll at which nothing of it is left; without a change the same';
COMMENT ON COLUMN bank_parties.seats IS 'seats of the party, each with what it is for';

CREATE VIEW bank_channel_seats AS
SELECT s.seat AS seat,
       s.channel AS channel,
       s.party AS party,
       p.name AS party_name,
       s.broker AS broker,
       b.name AS broker_name
FROM channel_seats s
LEFT JOIN parties p ON p.party = s.party
LEFT JOIN parties b ON b.party = s.broker;
COMMENT ON VIEW bank_channel_seats IS 'Seats of channels 渠道, by which customers order through the bank.';
COMMENT ON COLUMN bank_channel_seats.seat IS 'number of the seat';
COMMENT ON COLUMN bank_channel_seats.channel IS 'number of the channel, which is of one party';
COMMENT ON COLUMN bank_channel_seats.party IS 'number of the party that runs it';
COMMENT ON COLUMN bank_channel_seats.party_name IS 'name of that party';
COMMENT ON COLUMN bank_channel_seats.broker IS 'number of the broker whose customers order by this seat, and no others';
COMMENT ON COLUMN bank_channel_seats.broker_name IS 'name of that broker';

CREATE VIEW bank_persons AS
SELECT p.person AS person,
       p.staff_no AS staff_no,
       p.name AS person_name,
       p.outlet AS outlet,
       ARRAY(SELECT w.name FROM word_names w
             WHERE w.vocabulary = 'right' AND w.number & p.rights <> 0 ORDER BY w.name) AS rights,
       p.active AS active,
       p.last_serial AS last_serial,
       (SELECT count(*) FROM person_keys k WHERE k.person = p.person AND NOT k.ended) AS keys_count
FROM persons p;
COMMENT ON VIEW bank_persons IS 'People of the bank who may sign acts.';
COMMENT ON COLUMN bank_persons.person IS 'number of the person';
COMMENT ON COLUMN bank_persons.staff_no IS 'number of this member of the bank''s staff';
COMMENT ON COLUMN bank_persons.person_name IS 'name';
COMMENT ON COLUMN bank_persons.outlet IS 'outlet for which the person may act, and all that stands under it; 0: the whole bank';
COMMENT ON COLUMN bank_persons.rights IS 'what the person may sign for';
COMMENT ON COLUMN bank_persons.active IS 'whether the person may sign at all';
COMMENT ON COLUMN bank_persons.last_serial IS 'serial of this author''s last act that was decided: the next one must be higher';
COMMENT ON COLUMN bank_persons.keys_count IS 'keys that are not ended';

CREATE VIEW bank_person_keys AS
SELECT k.person AS person,
       p.name AS person_name,
       k.key_id AS key_id,
       COALESCE(w.name, 'NUMBER_' || k.suite) AS suite,
       encode(k.public_key, 'hex') AS public_key,
       to_timestamp(k.from_s) AS from_time,
       CASE WHEN k.until_s > 0 THEN to_timestamp(k.until_s) END AS until_time,
       k.ended AS ended
FROM person_keys k
JOIN persons p USING (person)
LEFT JOIN word_names w ON w.vocabulary = 'suite' AND w.number = k.suite;
COMMENT ON VIEW bank_person_keys IS 'Keys of people, ended ones too.';
COMMENT ON COLUMN bank_person_keys.person IS 'number of the person';
COMMENT ON COLUMN bank_person_keys.person_name IS 'name';
COMMENT ON COLUMN bank_person_keys.key_id IS 'number of the key';
COMMENT ON COLUMN bank_person_keys.suite IS 'how the person signs with it';
COMMENT ON COLUMN bank_person_keys.public_key IS 'public half, hexadecimal';
COMMENT ON COLUMN bank_person_keys.from_time IS 'from when it is good';
COMMENT ON COLUMN bank_person_keys.until_time IS 'before when it is good; NULL: without end';
COMMENT ON COLUMN bank_person_keys.ended IS 'whether it was ended, or gave way to another';

CREATE VIEW bank_acts AS
SELECT a.number AS number,
       a.act AS act,
       a.author AS author,
       p.name AS author_name,
       a.second AS second_person,
       q.name AS second_name,
       a.serial AS serial,
       a.reason AS reason,
       convert_from(a.text, 'UTF8') AS text,
       encode(a.digest, 'hex') AS digest,
       a.seat AS seat,
       a.sequence AS sequence,
       readable_time(a.decided_at_ns) AS decided_at
FROM acts a
LEFT JOIN persons p ON p.person = a.author
LEFT JOIN persons q ON q.person = a.second
WHERE a.number > 0;
COMMENT ON VIEW bank_acts IS 'Acts of people that took effect: who, what, when, by which row.';
COMMENT ON COLUMN bank_acts.number IS 'number of the act, from 1';
COMMENT ON COLUMN bank_acts.act IS 'which act';
COMMENT ON COLUMN bank_acts.author IS 'who wrote and signed it first';
COMMENT ON COLUMN bank_acts.author_name IS 'name of that person';
COMMENT ON COLUMN bank_acts.second_person IS 'who signed it after; NULL where one person may do it';
COMMENT ON COLUMN bank_acts.second_name IS 'name of that person';
COMMENT ON COLUMN bank_acts.serial IS 'its author''s own number of it';
COMMENT ON COLUMN bank_acts.reason IS 'why, as its author wrote it';
COMMENT ON COLUMN bank_acts.text IS 'the text that was signed';
COMMENT ON COLUMN bank_acts.digest IS 'SHA-256 of the text, hexadecimal';
COMMENT ON COLUMN bank_acts.seat IS 'seat that carried it';
COMMENT ON COLUMN bank_acts.sequence IS 'journal row that decided it';
COMMENT ON COLUMN bank_acts.decided_at IS 'when that was';

CREATE VIEW bank_act_refusals AS
SELECT a.sequence AS sequence,
       readable_time(a.decided_at_ns) AS decided_at,
       COALESCE(w.name, 'CODE_' || a.code) AS code,
       a.seat AS seat,
       a.act AS claimed_act,
       a.author AS claimed_author,
       a.second AS claimed_second,
       a.serial AS claimed_serial,
       encode(a.digest, 'hex') AS digest
FROM acts a
LEFT JOIN word_names w ON w.vocabulary = 'reply_code' AND w.number = a.code
WHERE a.number = 0;
COMMENT ON VIEW bank_act_refusals IS 'Acts that were refused. What they say is claimed: a signature may be false.';
COMMENT ON COLUMN bank_act_refusals.sequence IS 'journal row that refused it';
COMMENT ON COLUMN bank_act_refusals.decided_at IS 'when that was';
COMMENT ON COLUMN bank_act_refusals.code IS 'why';
COMMENT ON COLUMN bank_act_refusals.seat IS 'seat that carried it';
COMMENT ON COLUMN bank_act_refusals.claimed_act IS 'which act; NULL, as are the next three columns, for a text that is none';
COMMENT ON COLUMN bank_act_refusals.claimed_author IS 'who is said to have written it';
COMMENT ON COLUMN bank_act_refusals.claimed_second IS 'who is said to have signed it after';
COMMENT ON COLUMN bank_act_refusals.claimed_serial IS 'the author''s number of it';
COMMENT ON COLUMN bank_act_refusals.digest IS 'SHA-256 of the text, hexadecimal';
