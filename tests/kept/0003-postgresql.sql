
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
CREATE TABLE public.delivery_report (
    id integer NOT NULL,
    mail_id integer NOT NULL,
    outbox_id integer NOT NULL,
    request_id integer,
    status character varying NOT NULL,
    opened_at character varying(27) NOT NULL,
    ruling character varying NOT NULL,
    ruled_at character varying(27)
);
CREATE SEQUENCE public.delivery_report_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.delivery_report_id_seq OWNED BY public.delivery_report.id;
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
    next_fetch_at character varying(27),
    asks character varying
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
ALTER TABLE ONLY public.delivery_report ALTER COLUMN id SET DEFAULT nextval('public.delivery_report_id_seq'::regclass);
ALTER TABLE ONLY public.gained_case ALTER COLUMN id SET DEFAULT nextval('public.gained_case_id_seq'::regclass);
ALTER TABLE ONLY public.inbound_device ALTER COLUMN id SET DEFAULT nextval('public.inbound_device_id_seq'::regclass);
ALTER TABLE ONLY public.inbound_request ALTER COLUMN id SET DEFAULT nextval('public.inbound_request_id_seq'::regclass);
ALTER TABLE ONLY public.leg ALTER COLUMN id SET DEFAULT nextval('public.leg_id_seq'::regclass);
ALTER TABLE ONLY public.mail ALTER COLUMN id SET DEFAULT nextval('public.mail_id_seq'::regclass);
ALTER TABLE ONLY public.outbound_request ALTER COLUMN id SET DEFAULT nextval('public.outbound_request_id_seq'::regclass);
ALTER TABLE ONLY public.outbox ALTER COLUMN id SET DEFAULT nextval('public.outbox_id_seq'::regclass);
ALTER TABLE ONLY public.party_change ALTER COLUMN id SET DEFAULT nextval('public.party_change_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0003');
INSERT INTO public.audit VALUES (1, '2026-12-01T10:00:00.000000Z', 'kim', 'contacts.passwords', 'GAIN', 'GAIN', '{"on_file":1}', '0000000000000000000000000000000000000000000000000000000000000000', '128d5aea4b543022c1884d76ecce779ddb44e6517b93364f045ed28e09045749');
INSERT INTO public.audit VALUES (2, '2026-12-01T10:00:00.000000Z', 'kim', 'contacts.columns', 'GAIN', 'GAIN', '{"after":"Device ID in ''Meter'', answer in ''Outcome''","before":"none"}', '128d5aea4b543022c1884d76ecce779ddb44e6517b93364f045ed28e09045749', '81a61693fccaf16132ceec4bcb5522bcba134206fd68e75f69d78b08f960f1e7');
INSERT INTO public.audit VALUES (3, '2026-12-01T10:00:00.000000Z', 'kim', 'installed.declared', 'installed devices', '', '{"before":null,"complete_as_of":"2026-11-01"}', '81a61693fccaf16132ceec4bcb5522bcba134206fd68e75f69d78b08f960f1e7', '52defe4a3f6b3952bee1677eb506396b2c6412758a966f5d3bd626d9fa35fc62');
INSERT INTO public.audit VALUES (4, '2026-12-01T10:00:00.000000Z', 'exchange', 'mail.kept', 'mail 1', 'GAIN', '{"sender":"Ünï"}', '52defe4a3f6b3952bee1677eb506396b2c6412758a966f5d3bd626d9fa35fc62', '80a4eb100824d272f3b75b40ef0a6771eabb81941a364c2da5511dade6d10ec2');
INSERT INTO public.code_dispute VALUES (1, '7ee9a9d9eb4e3cb7738c147d75a3fa0b', 1, '00-DB-12-34-56-78-90-01', 'MORE', 2, '00-DB-12-34-56-78-90-02', 'GAIN', 1, '2026-12-01T10:00:00.000000Z', '', NULL);
INSERT INTO public.counter VALUES ('A2612', 1);
INSERT INTO public.counter VALUES ('Q2612', 1);
INSERT INTO public.delivery_report VALUES (1, 1, 1, 1, '5.1.1', '2026-12-01T10:00:00.000000Z', '', NULL);
INSERT INTO public.fact VALUES ('references.kept_by', '28362e32edb7e595');
INSERT INTO public.fact VALUES ('installed.complete_as_of', '2026-11-01');
INSERT INTO public.fact VALUES ('references.kept_by.A2612', '28362e32edb7e595');
INSERT INTO public.fact VALUES ('references.kept_by.Q2612', '28362e32edb7e595');
INSERT INTO public.fact VALUES ('audit.head', '4 80a4eb100824d272f3b75b40ef0a6771eabb81941a364c2da5511dade6d10ec2');
INSERT INTO public.gained_case VALUES (1, '00-DB-12-34-56-78-90-01', '', 'seeking', '2026-12-01T10:00:00.000000Z', 'gained.csv', '\x0100d3170fe390cb75cdf1f72ae2f1fd29224c2a85d4824d987c2630fcd0e9ae3c8c1818b9bb051c2331a0ec78767c230ea2b89ffaf6821aea09', '7ee9a9d9eb4e3cb7738c147d75a3fa0b', '', NULL, NULL);
INSERT INTO public.gained_case VALUES (2, '00-DB-12-34-56-78-90-02', '', 'seeking', '2026-12-01T10:00:00.000000Z', 'gained.csv', NULL, '', '', NULL, NULL);
INSERT INTO public.gained_case VALUES (3, '00-DB-12-34-56-78-90-03', '', 'seeking', '2026-12-01T10:00:00.000000Z', 'gained.csv', NULL, '', '', NULL, '2026-12-01T10:00:00.000000Z');
INSERT INTO public.inbound_device VALUES (1, 1, '00-DB-12-34-56-78-90-00', 'ESME', 'row 1', 'provided', '', NULL, 1);
INSERT INTO public.inbound_device VALUES (2, 1, '', '', 'row 2', 'unreadable', 'one digit is missing', '\x0100d3170fe390cb75cd10a0d8d0bfd151694590653a77fb0d8059d1d3d8f92e35e003c06746971bc258ad01f72159', NULL);
INSERT INTO public.inbound_request VALUES (1, 'MP121-LOSE-2612-A00001', 1, 'GAIN', '4711', '2026-12-01T10:00:00.000000Z', '2026-12-15', '2026-12-15', '2026-12-01T10:00:00.000000Z', 'a rule', 'ENG', false);
INSERT INTO public.leg VALUES (1, 1, '00-DB-12-34-56-78-90-01', 'MORE', 0, 'sent', 1, '2026-12-15', '2026-12-15', '2026-12-15', true, 1, '2026-12-01T10:00:00.000000Z', 1);
INSERT INTO public.leg VALUES (2, 2, '00-DB-12-34-56-78-90-02', 'MORE', 0, 'sent', 1, '2026-12-15', '2026-12-15', '2026-12-15', true, 1, NULL, 1);
INSERT INTO public.leg_rung VALUES (1, 'reminder 5', '2026-12-01T10:00:00.000000Z', 1);
INSERT INTO public.leg_rung VALUES (2, 'reminder 5', '2026-12-01T10:00:00.000000Z', NULL);
INSERT INTO public.mail VALUES (1, 'codes', 4294967295, 7, 'ab', '<m@x>', 'codes@gain.example', 'Ümlaut, and a ''quote''', 6, '2026-12-01T10:00:00.000000Z', '2026-12-01T10:00:00.000000Z', '\x0100d3170fe390cb75cd74f8a22e98f73b110dab5968ebca7d26e515d8ab25f2557844a84859d20033e46bd2644f2aec', 'filed', 'review', 'request', 'a reason', 'GAIN', 'MP121-LOSE-2612-A00001', 1, '2026-12-01T10:00:00.000000Z', NULL, '', NULL, NULL);
INSERT INTO public.outbound_request VALUES (1, 'MP121-LOSE-2612-Q00001', 'MORE', '<q@x>', '2026-12-01T10:00:00.000000Z', '2026-12-01T10:00:00.000000Z', '2026-12-15', '2026-12-15', '2026-12-01T10:00:00.000000Z', 'a rule', 'ENG', 10, NULL, '2026-12-15');
INSERT INTO public.outbox VALUES (1, '<a@x>', 'answer', 'MP121-LOSE-2612-A00001', 'GAIN', 'codes@gain.example', 1, '\x0100d3170fe390cb75cd26bce991231b85c705efcf1252cbd75e4790fb0c0289ebc3ea1abc7179448fc9e8026955b96d7107', 8, 'sent', 1, '2026-12-01T10:00:00.000000Z', '2026-12-01T10:00:00.000000Z', '2026-12-01T10:00:00.000000Z', '2026-12-01T10:00:00.000000Z', '250 ok');
INSERT INTO public.party VALUES ('GAIN', 'Gain Energy', 'GAIN', 'supplier', 'codes@gain.example', 'codes@gain.example', '[[1, "", "lead@gain.example"]]', NULL, '', NULL, true, NULL, '2026-12-01T10:00:00.000000Z');
INSERT INTO public.party VALUES ('MORE', 'More Energy', 'MORE', 'supplier', 'codes@more.example', 'codes@more.example', '[[1, "", "lead@more.example"]]', NULL, '', NULL, true, NULL, '2026-12-01T10:00:00.000000Z');
INSERT INTO public.party_change VALUES (1, '2026-12-01T10:00:00.000000Z', 'test', 'test', 'GAIN', 'party', '', 'Gain Energy, requests to codes@gain.example, MPIDs GAIN, escalation 1: lead@gain.example');
INSERT INTO public.party_change VALUES (2, '2026-12-01T10:00:00.000000Z', 'test', 'test', 'MORE', 'party', '', 'More Energy, requests to codes@more.example, MPIDs MORE, escalation 1: lead@more.example');
INSERT INTO public.party_change VALUES (3, '2026-12-01T10:00:00.000000Z', 'kim', 'columns', 'GAIN', 'columns', '', 'Device ID in ''Meter'', answer in ''Outcome''');
INSERT INTO public.party_columns VALUES ('GAIN', '[{"device": "Meter", "code": null, "status": "Outcome", "comment": null, "device_type": null, "installed": null, "header_row": 0, "file": "", "sheet": ""}]', '2026-12-01T10:00:00.000000Z');
INSERT INTO public.party_secret VALUES ('GAIN', '\x0100d3170fe390cb75cd107c2d829fe240be28a2b4f716b7e2f540e34c853bebda0dc869a18ec65d68587c65fdb7a713cd3399a84087b2eb3e6810a43640c065', '2026-12-01T10:00:00.000000Z');
INSERT INTO public.vault_bucket VALUES (0, 2, '\x01d3170fe390cb75cd8b10b1b099942bb4ce34332917f6973001c0619ffbbbfe490e7a42ac7ba0045b7b43724b887a9802e94bb6956687331e657bc7f53f4f0eafcc452376c5ef3ad72acd48ff27a2d6b43b737ebf86db25177a326d557db2ba19fa6e858cf2606b8cb945934888f62e7cee8fd8e96733c50ac52d4ae571f268679a800b30d0e75d340ac1ecb7db404f7aec202506349a427f782809c070c7936ef9109f685fc1f1f31065be26e4db6aeb');
INSERT INTO public.vault_head VALUES (1, 1, '7507bbe1d340e407', 2, '\xb129724bed7e4147a6f34ec3901b06c7', '\x01492fafa5583ace3dc1598269f28da3dc0d38de4ea80c2fec23c10e574f6d1f602d1771cd1c22c919b3d8a1b3abd8ddd478f3a1337c3921ff66d1740bf7681b72e9577a69d7e0238ddaade2d7c682ce0941fd569bf43860f5a418da58', '\xd3170fe390cb75cda0b7de1b8bb3774c837f923e969354f8ec11ca84a6e7d3e8978e80ee741d80f5460b72e5356496ece3297705dffb7c727d981c4a34bd1990caf26986a24b');
SELECT pg_catalog.setval('public.code_dispute_id_seq', 1, true);
SELECT pg_catalog.setval('public.delivery_report_id_seq', 1, true);
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
ALTER TABLE ONLY public.delivery_report
    ADD CONSTRAINT delivery_report_pkey PRIMARY KEY (id);
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
ALTER TABLE ONLY public.delivery_report
    ADD CONSTRAINT uq_delivery_report_mail_letter UNIQUE (mail_id, outbox_id);
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
CREATE INDEX ix_delivery_report_unruled ON public.delivery_report USING btree (request_id) WHERE ((ruling)::text = ''::text);
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
ALTER TABLE ONLY public.delivery_report
    ADD CONSTRAINT delivery_report_mail_id_fkey FOREIGN KEY (mail_id) REFERENCES public.mail(id);
ALTER TABLE ONLY public.delivery_report
    ADD CONSTRAINT delivery_report_outbox_id_fkey FOREIGN KEY (outbox_id) REFERENCES public.outbox(id);
ALTER TABLE ONLY public.delivery_report
    ADD CONSTRAINT delivery_report_request_id_fkey FOREIGN KEY (request_id) REFERENCES public.outbound_request(id);
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

