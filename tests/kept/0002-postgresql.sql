
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.audit (
    seq bigint NOT NULL,
    at character varying NOT NULL,
    actor character varying NOT NULL,
    event character varying NOT NULL,
    subject character varying NOT NULL,
    party character varying NOT NULL,
    detail text NOT NULL,
    previous character varying NOT NULL,
    hash character varying NOT NULL
);
CREATE TABLE public.code_dispute (
    id integer NOT NULL,
    code_tag character varying NOT NULL,
    case_id integer NOT NULL,
    device character varying NOT NULL,
    party character varying NOT NULL,
    rival_case_id integer NOT NULL,
    rival character varying NOT NULL,
    rival_party character varying NOT NULL,
    mail_id integer NOT NULL,
    opened_at character varying(27) NOT NULL,
    ruling character varying NOT NULL,
    ruled_at character varying(27)
);
CREATE SEQUENCE public.code_dispute_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.code_dispute_id_seq OWNED BY public.code_dispute.id;
CREATE TABLE public.counter (
    name character varying NOT NULL,
    value integer NOT NULL
);
CREATE TABLE public.fact (
    name character varying NOT NULL,
    value text NOT NULL
);
CREATE TABLE public.gained_case (
    id integer NOT NULL,
    device character varying NOT NULL,
    device_type character varying NOT NULL,
    state character varying NOT NULL,
    opened_at character varying(27) NOT NULL,
    source text NOT NULL,
    sealed_code bytea,
    code_tag character varying NOT NULL,
    code_from character varying NOT NULL,
    code_at character varying(27),
    closed_at character varying(27)
);
CREATE SEQUENCE public.gained_case_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.gained_case_id_seq OWNED BY public.gained_case.id;
CREATE TABLE public.inbound_device (
    id integer NOT NULL,
    request_id integer NOT NULL,
    device character varying NOT NULL,
    device_type character varying NOT NULL,
    place text NOT NULL,
    state character varying NOT NULL,
    reason text NOT NULL,
    seen bytea,
    outbox_id integer
);
CREATE SEQUENCE public.inbound_device_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.inbound_device_id_seq OWNED BY public.inbound_device.id;
CREATE TABLE public.inbound_request (
    id integer NOT NULL,
    ref character varying NOT NULL,
    mail_id integer NOT NULL,
    party character varying NOT NULL,
    their_ref text NOT NULL,
    received_at character varying(27) NOT NULL,
    day_zero date NOT NULL,
    due_on date NOT NULL,
    due_at character varying(27) NOT NULL,
    rule text NOT NULL,
    calendar character varying NOT NULL,
    answered boolean NOT NULL
);
CREATE SEQUENCE public.inbound_request_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.inbound_request_id_seq OWNED BY public.inbound_request.id;
CREATE TABLE public.leg (
    id integer NOT NULL,
    case_id integer NOT NULL,
    device character varying NOT NULL,
    party character varying NOT NULL,
    "position" integer NOT NULL,
    state character varying NOT NULL,
    request_id integer,
    accepted_on date,
    due_on date,
    next_due date,
    overdue boolean NOT NULL,
    level integer NOT NULL,
    answered_at character varying(27),
    answer_mail_id integer
);
CREATE SEQUENCE public.leg_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.leg_id_seq OWNED BY public.leg.id;
CREATE TABLE public.leg_rung (
    leg_id integer NOT NULL,
    rung character varying NOT NULL,
    at character varying(27) NOT NULL,
    outbox_id integer
);
CREATE TABLE public.mail (
    id integer NOT NULL,
    mailbox character varying NOT NULL,
    uidvalidity bigint NOT NULL,
    uid bigint NOT NULL,
    content_hash character varying NOT NULL,
    message_id text NOT NULL,
    sender text NOT NULL,
    subject text NOT NULL,
    size integer NOT NULL,
    arrived_at character varying(27) NOT NULL,
    kept_at character varying(27) NOT NULL,
    sealed bytea NOT NULL,
    state character varying NOT NULL,
    folder character varying NOT NULL,
    kind character varying NOT NULL,
    reason text NOT NULL,
    party character varying NOT NULL,
    ref character varying NOT NULL,
    attempts integer NOT NULL,
    decided_at character varying(27),
    resolved_at character varying(27),
    resolution text NOT NULL,
    next_fetch_at character varying(27)
);
CREATE SEQUENCE public.mail_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.mail_id_seq OWNED BY public.mail.id;
CREATE TABLE public.outbound_request (
    id integer NOT NULL,
    ref character varying NOT NULL,
    party character varying NOT NULL,
    message_id character varying NOT NULL,
    created_at character varying(27) NOT NULL,
    accepted_at character varying(27),
    day_zero date,
    due_on date,
    due_at character varying(27),
    rule text NOT NULL,
    calendar character varying NOT NULL,
    sla_days integer NOT NULL,
    acknowledged_at character varying(27),
    returns_on date
);
CREATE SEQUENCE public.outbound_request_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.outbound_request_id_seq OWNED BY public.outbound_request.id;
CREATE TABLE public.outbox (
    id integer NOT NULL,
    message_id character varying NOT NULL,
    purpose character varying NOT NULL,
    ref character varying NOT NULL,
    party character varying NOT NULL,
    recipient character varying NOT NULL,
    codes integer NOT NULL,
    sealed bytea NOT NULL,
    size integer NOT NULL,
    state character varying NOT NULL,
    attempts integer NOT NULL,
    created_at character varying(27) NOT NULL,
    next_attempt_at character varying(27) NOT NULL,
    attempted_at character varying(27),
    accepted_at character varying(27),
    reply text NOT NULL
);
CREATE SEQUENCE public.outbox_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.outbox_id_seq OWNED BY public.outbox.id;
CREATE TABLE public.party (
    signifier character varying NOT NULL,
    name character varying NOT NULL,
    mpids character varying NOT NULL,
    role character varying NOT NULL,
    request_address character varying NOT NULL,
    reply_address character varying NOT NULL,
    escalation text NOT NULL,
    sla_days integer,
    sla_agreed text NOT NULL,
    max_mail_mb integer,
    active boolean NOT NULL,
    confirmed_on date,
    updated_at character varying(27) NOT NULL
);
CREATE TABLE public.party_change (
    id integer NOT NULL,
    at character varying(27) NOT NULL,
    actor character varying NOT NULL,
    source text NOT NULL,
    signifier character varying NOT NULL,
    field character varying NOT NULL,
    before text NOT NULL,
    after text NOT NULL
);
CREATE SEQUENCE public.party_change_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.party_change_id_seq OWNED BY public.party_change.id;
CREATE TABLE public.party_columns (
    signifier character varying NOT NULL,
    maps text NOT NULL,
    updated_at character varying(27) NOT NULL
);
CREATE TABLE public.party_secret (
    signifier character varying NOT NULL,
    sealed bytea NOT NULL,
    updated_at character varying(27) NOT NULL
);
CREATE TABLE public.vault_bucket (
    start bigint NOT NULL,
    generation bigint NOT NULL,
    sealed bytea NOT NULL
);
CREATE TABLE public.vault_head (
    id integer NOT NULL,
    format integer NOT NULL,
    key_id character varying(16) NOT NULL,
    generation bigint NOT NULL,
    stamp bytea NOT NULL,
    wrapped_keys bytea NOT NULL,
    manifest bytea NOT NULL
);
ALTER TABLE ONLY public.code_dispute ALTER COLUMN id SET DEFAULT nextval('public.code_dispute_id_seq'::regclass);
ALTER TABLE ONLY public.gained_case ALTER COLUMN id SET DEFAULT nextval('public.gained_case_id_seq'::regclass);
ALTER TABLE ONLY public.inbound_device ALTER COLUMN id SET DEFAULT nextval('public.inbound_device_id_seq'::regclass);
ALTER TABLE ONLY public.inbound_request ALTER COLUMN id SET DEFAULT nextval('public.inbound_request_id_seq'::regclass);
ALTER TABLE ONLY public.leg ALTER COLUMN id SET DEFAULT nextval('public.leg_id_seq'::regclass);
ALTER TABLE ONLY public.mail ALTER COLUMN id SET DEFAULT nextval('public.mail_id_seq'::regclass);
ALTER TABLE ONLY public.outbound_request ALTER COLUMN id SET DEFAULT nextval('public.outbound_request_id_seq'::regclass);
ALTER TABLE ONLY public.outbox ALTER COLUMN id SET DEFAULT nextval('public.outbox_id_seq'::regclass);
ALTER TABLE ONLY public.party_change ALTER COLUMN id SET DEFAULT nextval('public.party_change_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0002');
INSERT INTO public.audit VALUES (1, '2026-12-01T10:00:00.000000Z', 'kim', 'contacts.passwords', 'GAIN', 'GAIN', '{"on_file":1}', '0000000000000000000000000000000000000000000000000000000000000000', '128d5aea4b543022c1884d76ecce779ddb44e6517b93364f045ed28e09045749');
INSERT INTO public.audit VALUES (2, '2026-12-01T10:00:00.000000Z', 'kim', 'contacts.columns', 'GAIN', 'GAIN', '{"after":"Device ID in ''Meter'', answer in ''Outcome''","before":"none"}', '128d5aea4b543022c1884d76ecce779ddb44e6517b93364f045ed28e09045749', '81a61693fccaf16132ceec4bcb5522bcba134206fd68e75f69d78b08f960f1e7');
INSERT INTO public.audit VALUES (3, '2026-12-01T10:00:00.000000Z', 'kim', 'installed.declared', 'installed devices', '', '{"before":null,"complete_as_of":"2026-11-01"}', '81a61693fccaf16132ceec4bcb5522bcba134206fd68e75f69d78b08f960f1e7', '52defe4a3f6b3952bee1677eb506396b2c6412758a966f5d3bd626d9fa35fc62');
INSERT INTO public.audit VALUES (4, '2026-12-01T10:00:00.000000Z', 'exchange', 'mail.kept', 'mail 1', 'GAIN', '{"sender":"Ünï"}', '52defe4a3f6b3952bee1677eb506396b2c6412758a966f5d3bd626d9fa35fc62', '80a4eb100824d272f3b75b40ef0a6771eabb81941a364c2da5511dade6d10ec2');
INSERT INTO public.code_dispute VALUES (1, '1ae63efdf956439670482d956fb08250', 1, '00-DB-12-34-56-78-90-01', 'MORE', 2, '00-DB-12-34-56-78-90-02', 'GAIN', 1, '2026-12-01T10:00:00.000000Z', '', NULL);
INSERT INTO public.counter VALUES ('A2612', 1);
INSERT INTO public.counter VALUES ('Q2612', 1);
INSERT INTO public.fact VALUES ('references.kept_by', '41e28c37cdb7efea');
INSERT INTO public.fact VALUES ('installed.complete_as_of', '2026-11-01');
INSERT INTO public.fact VALUES ('references.kept_by.A2612', '41e28c37cdb7efea');
INSERT INTO public.fact VALUES ('references.kept_by.Q2612', '41e28c37cdb7efea');
INSERT INTO public.fact VALUES ('audit.head', '4 80a4eb100824d272f3b75b40ef0a6771eabb81941a364c2da5511dade6d10ec2');
INSERT INTO public.gained_case VALUES (1, '00-DB-12-34-56-78-90-01', '', 'seeking', '2026-12-01T10:00:00.000000Z', 'gained.csv', '\x01001091233ab8de5216559ec0008b090d3ed54902d2c650fa51d3273dc0d4a8377867d94393ecfb070a7e78972bb47d6b1b59d70110bf92a218', '1ae63efdf956439670482d956fb08250', '', NULL, NULL);
INSERT INTO public.gained_case VALUES (2, '00-DB-12-34-56-78-90-02', '', 'seeking', '2026-12-01T10:00:00.000000Z', 'gained.csv', NULL, '', '', NULL, NULL);
INSERT INTO public.gained_case VALUES (3, '00-DB-12-34-56-78-90-03', '', 'seeking', '2026-12-01T10:00:00.000000Z', 'gained.csv', NULL, '', '', NULL, '2026-12-01T10:00:00.000000Z');
INSERT INTO public.inbound_device VALUES (1, 1, '00-DB-12-34-56-78-90-00', 'ESME', 'row 1', 'provided', '', NULL, 1);
INSERT INTO public.inbound_device VALUES (2, 1, '', '', 'row 2', 'unreadable', 'one digit is missing', '\x01001091233ab8de52166e78b7f31849e87cb7e0335cc9a2783bc29f6fca0014c1a3ce1dd7a43891fb4e2b3d6ba97d', NULL);
INSERT INTO public.inbound_request VALUES (1, 'MP121-LOSE-2612-A00001', 1, 'GAIN', '4711', '2026-12-01T10:00:00.000000Z', '2026-12-15', '2026-12-15', '2026-12-01T10:00:00.000000Z', 'a rule', 'ENG', false);
INSERT INTO public.leg VALUES (1, 1, '00-DB-12-34-56-78-90-01', 'MORE', 0, 'sent', 1, '2026-12-15', '2026-12-15', '2026-12-15', true, 1, '2026-12-01T10:00:00.000000Z', 1);
INSERT INTO public.leg VALUES (2, 2, '00-DB-12-34-56-78-90-02', 'MORE', 0, 'sent', 1, '2026-12-15', '2026-12-15', '2026-12-15', true, 1, NULL, 1);
INSERT INTO public.leg_rung VALUES (1, 'reminder 5', '2026-12-01T10:00:00.000000Z', 1);
INSERT INTO public.leg_rung VALUES (2, 'reminder 5', '2026-12-01T10:00:00.000000Z', NULL);
INSERT INTO public.mail VALUES (1, 'codes', 4294967295, 7, 'ab', '<m@x>', 'codes@gain.example', 'Ümlaut, and a ''quote''', 6, '2026-12-01T10:00:00.000000Z', '2026-12-01T10:00:00.000000Z', '\x01001091233ab8de521601e9b0b59e5976fb0da16047cf051fb83cf65c918b3a03ad8b499afb5113da3fe4740f90015a', 'filed', 'review', 'request', 'a reason', 'GAIN', 'MP121-LOSE-2612-A00001', 1, '2026-12-01T10:00:00.000000Z', NULL, '', NULL);
INSERT INTO public.outbound_request VALUES (1, 'MP121-LOSE-2612-Q00001', 'MORE', '<q@x>', '2026-12-01T10:00:00.000000Z', '2026-12-01T10:00:00.000000Z', '2026-12-15', '2026-12-15', '2026-12-01T10:00:00.000000Z', 'a rule', 'ENG', 10, NULL, '2026-12-15');
INSERT INTO public.outbox VALUES (1, '<a@x>', 'answer', 'MP121-LOSE-2612-A00001', 'GAIN', 'codes@gain.example', 1, '\x01001091233ab8de52166e223aa3483d848bfe084be386810ed2309ca0e2c5e961932bbd95b578587cff6382f77d45430f58', 8, 'sent', 1, '2026-12-01T10:00:00.000000Z', '2026-12-01T10:00:00.000000Z', '2026-12-01T10:00:00.000000Z', '2026-12-01T10:00:00.000000Z', '250 ok');
INSERT INTO public.party VALUES ('GAIN', 'Gain Energy', 'GAIN', 'supplier', 'codes@gain.example', 'codes@gain.example', '[[1, "", "lead@gain.example"]]', NULL, '', NULL, true, NULL, '2026-12-01T10:00:00.000000Z');
INSERT INTO public.party VALUES ('MORE', 'More Energy', 'MORE', 'supplier', 'codes@more.example', 'codes@more.example', '[[1, "", "lead@more.example"]]', NULL, '', NULL, true, NULL, '2026-12-01T10:00:00.000000Z');
INSERT INTO public.party_change VALUES (1, '2026-12-01T10:00:00.000000Z', 'test', 'test', 'GAIN', 'party', '', 'Gain Energy, requests to codes@gain.example, MPIDs GAIN, escalation 1: lead@gain.example');
INSERT INTO public.party_change VALUES (2, '2026-12-01T10:00:00.000000Z', 'test', 'test', 'MORE', 'party', '', 'More Energy, requests to codes@more.example, MPIDs MORE, escalation 1: lead@more.example');
INSERT INTO public.party_change VALUES (3, '2026-12-01T10:00:00.000000Z', 'kim', 'columns', 'GAIN', 'columns', '', 'Device ID in ''Meter'', answer in ''Outcome''');
INSERT INTO public.party_columns VALUES ('GAIN', '[{"device": "Meter", "code": null, "status": "Outcome", "comment": null, "device_type": null, "installed": null, "header_row": 0, "file": "", "sheet": ""}]', '2026-12-01T10:00:00.000000Z');
INSERT INTO public.party_secret VALUES ('GAIN', '\x01001091233ab8de5216190554620430c663fef531764dbe17db1df486acc24d101cde2bbfba33d5ae5ac8dd5b2ea89bd601d6506e476b5c5839dcbd514787ba', '2026-12-01T10:00:00.000000Z');
INSERT INTO public.vault_bucket VALUES (0, 2, '\x011091233ab8de5216ccca1da953eece49ad88ebf954d505b41787e300805864e50015ab4d31583c9f653e4f34334e1a91167b50a012838c23ae26dc2695057ded2c691dd5bf357bf17ea23af1e3865f5d7b09c199d797fe1e10e43b35e57553cf9629d223eefaf59068c7c577c87806837b48938c618076f62ed9ee1f1ede32e35bcebf9d4f8eae085acb2362a83992bc3e61fe2041c1b0441e7a217bcac7db9ec50fef926f7444b3e7e5c8345ab2937c');
INSERT INTO public.vault_head VALUES (1, 1, '7507bbe1d340e407', 2, '\xa12099d8639fbd441fe80052296d64f9', '\x0177514b07feb92b8fa90c139d1fafe6b1661773e9ef0b9059ab941f3cdd5f5a09fbb2ad0c8de2344a8181c009d3f29a494836be76967d2705ae5e449c34b759a4983c379419485580d09d1fc7d2a7a5b14a9e139fc616937cc98203af', '\x1091233ab8de521615ee03a9de34bc479e01dd069a1ece7bdff08a4f15823d36ec20982e57b9d03b6a90be4417455a13e290c763526d32ab639e9ebc5bb1bf0f50a2332f15f4');
SELECT pg_catalog.setval('public.code_dispute_id_seq', 1, true);
SELECT pg_catalog.setval('public.gained_case_id_seq', 1, false);
SELECT pg_catalog.setval('public.inbound_device_id_seq', 2, true);
SELECT pg_catalog.setval('public.inbound_request_id_seq', 1, false);
SELECT pg_catalog.setval('public.leg_id_seq', 1, false);
SELECT pg_catalog.setval('public.mail_id_seq', 1, false);
SELECT pg_catalog.setval('public.outbound_request_id_seq', 1, false);
SELECT pg_catalog.setval('public.outbox_id_seq', 1, false);
SELECT pg_catalog.setval('public.party_change_id_seq', 3, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY public.code_dispute
    ADD CONSTRAINT code_dispute_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.counter
    ADD CONSTRAINT counter_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.fact
    ADD CONSTRAINT fact_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.gained_case
    ADD CONSTRAINT gained_case_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.inbound_device
    ADD CONSTRAINT inbound_device_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.inbound_request
    ADD CONSTRAINT inbound_request_mail_id_key UNIQUE (mail_id);
ALTER TABLE ONLY public.inbound_request
    ADD CONSTRAINT inbound_request_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.inbound_request
    ADD CONSTRAINT inbound_request_ref_key UNIQUE (ref);
ALTER TABLE ONLY public.leg
    ADD CONSTRAINT leg_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.leg_rung
    ADD CONSTRAINT leg_rung_pkey PRIMARY KEY (leg_id, rung);
ALTER TABLE ONLY public.mail
    ADD CONSTRAINT mail_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.outbound_request
    ADD CONSTRAINT outbound_request_message_id_key UNIQUE (message_id);
ALTER TABLE ONLY public.outbound_request
    ADD CONSTRAINT outbound_request_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.outbound_request
    ADD CONSTRAINT outbound_request_ref_key UNIQUE (ref);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_message_id_key UNIQUE (message_id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.party_change
    ADD CONSTRAINT party_change_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.party_columns
    ADD CONSTRAINT party_columns_pkey PRIMARY KEY (signifier);
ALTER TABLE ONLY public.party
    ADD CONSTRAINT party_pkey PRIMARY KEY (signifier);
ALTER TABLE ONLY public.party_secret
    ADD CONSTRAINT party_secret_pkey PRIMARY KEY (signifier);
ALTER TABLE ONLY public.code_dispute
    ADD CONSTRAINT uq_code_dispute_code_rival UNIQUE (code_tag, rival_case_id);
ALTER TABLE ONLY public.leg
    ADD CONSTRAINT uq_leg_case_party UNIQUE (case_id, party);
ALTER TABLE ONLY public.mail
    ADD CONSTRAINT uq_mail_place UNIQUE (mailbox, uidvalidity, uid);
ALTER TABLE ONLY public.vault_bucket
    ADD CONSTRAINT vault_bucket_pkey PRIMARY KEY (start);
ALTER TABLE ONLY public.vault_head
    ADD CONSTRAINT vault_head_pkey PRIMARY KEY (id);
CREATE INDEX ix_audit_subject ON public.audit USING btree (subject);
CREATE INDEX ix_code_dispute_mail ON public.code_dispute USING btree (mail_id);
CREATE INDEX ix_code_dispute_unruled ON public.code_dispute USING btree (rival_case_id) WHERE ((ruling)::text = ''::text);
CREATE INDEX ix_gained_case_code_tag ON public.gained_case USING btree (code_tag);
CREATE INDEX ix_gained_case_state ON public.gained_case USING btree (state);
CREATE INDEX ix_inbound_device_device ON public.inbound_device USING btree (device);
CREATE INDEX ix_inbound_device_request ON public.inbound_device USING btree (request_id, state, outbox_id);
CREATE INDEX ix_inbound_request_answered ON public.inbound_request USING btree (answered);
CREATE INDEX ix_inbound_request_party ON public.inbound_request USING btree (party);
CREATE INDEX ix_inbound_request_received_at ON public.inbound_request USING btree (received_at);
CREATE INDEX ix_leg_next_due ON public.leg USING btree (next_due, request_id) WHERE (next_due IS NOT NULL);
CREATE INDEX ix_leg_party_device ON public.leg USING btree (party, device);
CREATE INDEX ix_leg_queued ON public.leg USING btree (party) WHERE (((state)::text = 'queued'::text) AND (request_id IS NULL));
CREATE INDEX ix_leg_request ON public.leg USING btree (request_id, state, answered_at, level);
CREATE INDEX ix_mail_content_hash ON public.mail USING btree (content_hash);
CREATE INDEX ix_mail_message_id ON public.mail USING btree (message_id);
CREATE INDEX ix_mail_next_fetch ON public.mail USING btree (mailbox, next_fetch_at) WHERE (next_fetch_at IS NOT NULL);
CREATE INDEX ix_mail_state ON public.mail USING btree (state);
CREATE INDEX ix_mail_unresolved ON public.mail USING btree (party, kind, arrived_at) WHERE (((folder)::text = ANY ((ARRAY['review'::character varying, 'shunted'::character varying])::text[])) AND (resolved_at IS NULL));
CREATE INDEX ix_outbound_request_created_at ON public.outbound_request USING btree (created_at);
CREATE INDEX ix_outbound_request_party ON public.outbound_request USING btree (party);
CREATE INDEX ix_outbox_attempted_at ON public.outbox USING btree (attempted_at);
CREATE INDEX ix_outbox_created_at ON public.outbox USING btree (created_at);
CREATE INDEX ix_outbox_due ON public.outbox USING btree (state, next_attempt_at);
CREATE INDEX ix_outbox_ref ON public.outbox USING btree (ref);
CREATE INDEX ix_party_change_signifier ON public.party_change USING btree (signifier);
CREATE INDEX ix_party_reply_address ON public.party USING btree (reply_address);
CREATE INDEX ix_party_request_address ON public.party USING btree (request_address);
CREATE UNIQUE INDEX uq_gained_case_open ON public.gained_case USING btree (device) WHERE (closed_at IS NULL);
ALTER TABLE ONLY public.code_dispute
    ADD CONSTRAINT code_dispute_case_id_fkey FOREIGN KEY (case_id) REFERENCES public.gained_case(id);
ALTER TABLE ONLY public.code_dispute
    ADD CONSTRAINT code_dispute_mail_id_fkey FOREIGN KEY (mail_id) REFERENCES public.mail(id);
ALTER TABLE ONLY public.code_dispute
    ADD CONSTRAINT code_dispute_rival_case_id_fkey FOREIGN KEY (rival_case_id) REFERENCES public.gained_case(id);
ALTER TABLE ONLY public.inbound_device
    ADD CONSTRAINT inbound_device_outbox_id_fkey FOREIGN KEY (outbox_id) REFERENCES public.outbox(id);
ALTER TABLE ONLY public.inbound_device
    ADD CONSTRAINT inbound_device_request_id_fkey FOREIGN KEY (request_id) REFERENCES public.inbound_request(id);
ALTER TABLE ONLY public.inbound_request
    ADD CONSTRAINT inbound_request_mail_id_fkey FOREIGN KEY (mail_id) REFERENCES public.mail(id);
ALTER TABLE ONLY public.leg
    ADD CONSTRAINT leg_answer_mail_id_fkey FOREIGN KEY (answer_mail_id) REFERENCES public.mail(id);
ALTER TABLE ONLY public.leg
    ADD CONSTRAINT leg_case_id_fkey FOREIGN KEY (case_id) REFERENCES public.gained_case(id);
ALTER TABLE ONLY public.leg
    ADD CONSTRAINT leg_request_id_fkey FOREIGN KEY (request_id) REFERENCES public.outbound_request(id);
ALTER TABLE ONLY public.leg_rung
    ADD CONSTRAINT leg_rung_leg_id_fkey FOREIGN KEY (leg_id) REFERENCES public.leg(id);
ALTER TABLE ONLY public.leg_rung
    ADD CONSTRAINT leg_rung_outbox_id_fkey FOREIGN KEY (outbox_id) REFERENCES public.outbox(id);
ALTER TABLE ONLY public.party_columns
    ADD CONSTRAINT party_columns_signifier_fkey FOREIGN KEY (signifier) REFERENCES public.party(signifier);
ALTER TABLE ONLY public.party_secret
    ADD CONSTRAINT party_secret_signifier_fkey FOREIGN KEY (signifier) REFERENCES public.party(signifier);

