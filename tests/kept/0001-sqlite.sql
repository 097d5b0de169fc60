BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE audit (
	seq BIGINT NOT NULL, 
	at VARCHAR NOT NULL, 
	actor VARCHAR NOT NULL, 
	event VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	party VARCHAR NOT NULL, 
	detail TEXT NOT NULL, 
	previous VARCHAR NOT NULL, 
	hash VARCHAR NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "audit" VALUES(1,'2026-12-01T10:00:00.000000Z','kim','contacts.passwords','GAIN','GAIN','{"on_file":1}','0000000000000000000000000000000000000000000000000000000000000000','128d5aea4b543022c1884d76ecce779ddb44e6517b93364f045ed28e09045749');
INSERT INTO "audit" VALUES(2,'2026-12-01T10:00:00.000000Z','kim','contacts.columns','GAIN','GAIN','{"after":"Device ID in ''Meter'', answer in ''Outcome''","before":"none"}','128d5aea4b543022c1884d76ecce779ddb44e6517b93364f045ed28e09045749','81a61693fccaf16132ceec4bcb5522bcba134206fd68e75f69d78b08f960f1e7');
INSERT INTO "audit" VALUES(3,'2026-12-01T10:00:00.000000Z','kim','installed.declared','installed devices','','{"before":null,"complete_as_of":"2026-11-01"}','81a61693fccaf16132ceec4bcb5522bcba134206fd68e75f69d78b08f960f1e7','52defe4a3f6b3952bee1677eb506396b2c6412758a966f5d3bd626d9fa35fc62');
INSERT INTO "audit" VALUES(4,'2026-12-01T10:00:00.000000Z','exchange','mail.kept','mail 1','GAIN','{"sender":"Ünï"}','52defe4a3f6b3952bee1677eb506396b2c6412758a966f5d3bd626d9fa35fc62','80a4eb100824d272f3b75b40ef0a6771eabb81941a364c2da5511dade6d10ec2');
CREATE TABLE code_dispute (
	id INTEGER NOT NULL, 
	code_tag VARCHAR NOT NULL, 
	case_id INTEGER NOT NULL, 
	device VARCHAR NOT NULL, 
	party VARCHAR NOT NULL, 
	rival_case_id INTEGER NOT NULL, 
	rival VARCHAR NOT NULL, 
	rival_party VARCHAR NOT NULL, 
	mail_id INTEGER NOT NULL, 
	opened_at VARCHAR(27) NOT NULL, 
	ruling VARCHAR NOT NULL, 
	ruled_at VARCHAR(27), 
	PRIMARY KEY (id), 
	FOREIGN KEY(case_id) REFERENCES gained_case (id), 
	FOREIGN KEY(mail_id) REFERENCES mail (id), 
	FOREIGN KEY(rival_case_id) REFERENCES gained_case (id), 
	CONSTRAINT uq_code_dispute_code_rival UNIQUE (code_tag, rival_case_id)
);
INSERT INTO "code_dispute" VALUES(1,'fd9bc7b922c0f00f7cd40613366f99f8',1,'00-DB-12-34-56-78-90-01','MORE',2,'00-DB-12-34-56-78-90-02','GAIN',1,'2026-12-01T10:00:00.000000Z','',NULL);
CREATE TABLE counter (
	name VARCHAR NOT NULL, 
	value INTEGER NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "counter" VALUES('A2612',1);
INSERT INTO "counter" VALUES('Q2612',1);
CREATE TABLE fact (
	name VARCHAR NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "fact" VALUES('audit.head','4 80a4eb100824d272f3b75b40ef0a6771eabb81941a364c2da5511dade6d10ec2');
INSERT INTO "fact" VALUES('installed.complete_as_of','2026-11-01');
CREATE TABLE gained_case (
	id INTEGER NOT NULL, 
	device VARCHAR NOT NULL, 
	device_type VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	opened_at VARCHAR(27) NOT NULL, 
	source TEXT NOT NULL, 
	sealed_code BLOB, 
	code_tag VARCHAR NOT NULL, 
	code_from VARCHAR NOT NULL, 
	code_at VARCHAR(27), 
	closed_at VARCHAR(27), 
	PRIMARY KEY (id)
);
INSERT INTO "gained_case" VALUES(1,'00-DB-12-34-56-78-90-01','','seeking','2026-12-01T10:00:00.000000Z','gained.csv',X'0100FCEBF99245131537E98640EA25CD53892F2BE6B5D2BDF0A4CFD1C509B213162E1FD4500007EAF5DF7224F8758CE532833D965DA60FEE7BA0','fd9bc7b922c0f00f7cd40613366f99f8','',NULL,NULL);
INSERT INTO "gained_case" VALUES(2,'00-DB-12-34-56-78-90-02','','seeking','2026-12-01T10:00:00.000000Z','gained.csv',NULL,'','',NULL,NULL);
INSERT INTO "gained_case" VALUES(3,'00-DB-12-34-56-78-90-03','','seeking','2026-12-01T10:00:00.000000Z','gained.csv',NULL,'','',NULL,'2026-12-01T10:00:00.000000Z');
CREATE TABLE inbound_device (
	id INTEGER NOT NULL, 
	request_id INTEGER NOT NULL, 
	device VARCHAR NOT NULL, 
	device_type VARCHAR NOT NULL, 
	place TEXT NOT NULL, 
	state VARCHAR NOT NULL, 
	reason TEXT NOT NULL, 
	seen BLOB, 
	outbox_id INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(outbox_id) REFERENCES outbox (id), 
	FOREIGN KEY(request_id) REFERENCES inbound_request (id)
);
INSERT INTO "inbound_device" VALUES(1,1,'00-DB-12-34-56-78-90-00','ESME','row 1','provided','',NULL,1);
INSERT INTO "inbound_device" VALUES(2,1,'','','row 2','unreadable','one digit is missing',X'0100FCEBF99245131537AB5282478F2B304A8AD70930D0EB0D9DA1A752C21D90CD7F4126253C0D51F6FCF5992C2C1F',NULL);
CREATE TABLE inbound_request (
	id INTEGER NOT NULL, 
	ref VARCHAR NOT NULL, 
	mail_id INTEGER NOT NULL, 
	party VARCHAR NOT NULL, 
	their_ref TEXT NOT NULL, 
	received_at VARCHAR(27) NOT NULL, 
	day_zero DATE NOT NULL, 
	due_on DATE NOT NULL, 
	due_at VARCHAR(27) NOT NULL, 
	rule TEXT NOT NULL, 
	calendar VARCHAR NOT NULL, 
	answered BOOLEAN NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(mail_id) REFERENCES mail (id), 
	UNIQUE (mail_id), 
	UNIQUE (ref)
);
INSERT INTO "inbound_request" VALUES(1,'MP121-LOSE-2612-A00001',1,'GAIN','4711','2026-12-01T10:00:00.000000Z','2026-12-15','2026-12-15','2026-12-01T10:00:00.000000Z','a rule','ENG',0);
CREATE TABLE leg (
	id INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	device VARCHAR NOT NULL, 
	party VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	state VARCHAR NOT NULL, 
	request_id INTEGER, 
	accepted_on DATE, 
	due_on DATE, 
	next_due DATE, 
	overdue BOOLEAN NOT NULL, 
	level INTEGER NOT NULL, 
	answered_at VARCHAR(27), 
	answer_mail_id INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(answer_mail_id) REFERENCES mail (id), 
	FOREIGN KEY(case_id) REFERENCES gained_case (id), 
	FOREIGN KEY(request_id) REFERENCES outbound_request (id), 
	CONSTRAINT uq_leg_case_party UNIQUE (case_id, party)
);
INSERT INTO "leg" VALUES(1,1,'00-DB-12-34-56-78-90-01','MORE',0,'sent',1,'2026-12-15','2026-12-15','2026-12-15',1,1,'2026-12-01T10:00:00.000000Z',1);
INSERT INTO "leg" VALUES(2,2,'00-DB-12-34-56-78-90-02','MORE',0,'sent',1,'2026-12-15','2026-12-15','2026-12-15',1,1,NULL,1);
CREATE TABLE leg_rung (
	leg_id INTEGER NOT NULL, 
	rung VARCHAR NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	outbox_id INTEGER, 
	PRIMARY KEY (leg_id, rung), 
	FOREIGN KEY(leg_id) REFERENCES leg (id), 
	FOREIGN KEY(outbox_id) REFERENCES outbox (id)
);
INSERT INTO "leg_rung" VALUES(1,'reminder 5','2026-12-01T10:00:00.000000Z',1);
INSERT INTO "leg_rung" VALUES(2,'reminder 5','2026-12-01T10:00:00.000000Z',NULL);
CREATE TABLE mail (
	id INTEGER NOT NULL, 
	mailbox VARCHAR NOT NULL, 
	uidvalidity BIGINT NOT NULL, 
	uid BIGINT NOT NULL, 
	content_hash VARCHAR NOT NULL, 
	message_id TEXT NOT NULL, 
	sender TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	size INTEGER NOT NULL, 
	arrived_at VARCHAR(27) NOT NULL, 
	kept_at VARCHAR(27) NOT NULL, 
	sealed BLOB NOT NULL, 
	state VARCHAR NOT NULL, 
	folder VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	reason TEXT NOT NULL, 
	party VARCHAR NOT NULL, 
	ref VARCHAR NOT NULL, 
	attempts INTEGER NOT NULL, 
	decided_at VARCHAR(27), 
	resolved_at VARCHAR(27), 
	resolution TEXT NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT uq_mail_place UNIQUE (mailbox, uidvalidity, uid)
);
INSERT INTO "mail" VALUES(1,'codes',4294967295,7,'ab','<m@x>','codes@gain.example','Ümlaut, and a ''quote''',6,'2026-12-01T10:00:00.000000Z','2026-12-01T10:00:00.000000Z',X'0100FCEBF99245131537C276CE26ACD74318B5EECE1E98ADA570433A175794CBED33524E66FADACB576B23F8BF77DAB2','filed','review','request','a reason','GAIN','MP121-LOSE-2612-A00001',1,'2026-12-01T10:00:00.000000Z',NULL,'');
CREATE TABLE outbound_request (
	id INTEGER NOT NULL, 
	ref VARCHAR NOT NULL, 
	party VARCHAR NOT NULL, 
	message_id VARCHAR NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	accepted_at VARCHAR(27), 
	day_zero DATE, 
	due_on DATE, 
	due_at VARCHAR(27), 
	rule TEXT NOT NULL, 
	calendar VARCHAR NOT NULL, 
	sla_days INTEGER NOT NULL, 
	acknowledged_at VARCHAR(27), 
	returns_on DATE, 
	PRIMARY KEY (id), 
	UNIQUE (message_id), 
	UNIQUE (ref)
);
INSERT INTO "outbound_request" VALUES(1,'MP121-LOSE-2612-Q00001','MORE','<q@x>','2026-12-01T10:00:00.000000Z','2026-12-01T10:00:00.000000Z','2026-12-15','2026-12-15','2026-12-01T10:00:00.000000Z','a rule','ENG',10,NULL,'2026-12-15');
CREATE TABLE outbox (
	id INTEGER NOT NULL, 
	message_id VARCHAR NOT NULL, 
	purpose VARCHAR NOT NULL, 
	ref VARCHAR NOT NULL, 
	party VARCHAR NOT NULL, 
	recipient VARCHAR NOT NULL, 
	codes INTEGER NOT NULL, 
	sealed BLOB NOT NULL, 
	size INTEGER NOT NULL, 
	state VARCHAR NOT NULL, 
	attempts INTEGER NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	next_attempt_at VARCHAR(27) NOT NULL, 
	attempted_at VARCHAR(27), 
	accepted_at VARCHAR(27), 
	reply TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (message_id)
);
INSERT INTO "outbox" VALUES(1,'<a@x>','answer','MP121-LOSE-2612-A00001','GAIN','codes@gain.example',1,X'0100FCEBF9924513153734D72D52D4399B46DA20FCB42AA1E9B80553E5A8C40A43431C151E862A0DA6DA6857D57B0430A519',8,'sent',1,'2026-12-01T10:00:00.000000Z','2026-12-01T10:00:00.000000Z','2026-12-01T10:00:00.000000Z','2026-12-01T10:00:00.000000Z','250 ok');
CREATE TABLE party (
	signifier VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	mpids VARCHAR NOT NULL, 
	role VARCHAR NOT NULL, 
	request_address VARCHAR NOT NULL, 
	reply_address VARCHAR NOT NULL, 
	escalation TEXT NOT NULL, 
	sla_days INTEGER, 
	sla_agreed TEXT NOT NULL, 
	max_mail_mb INTEGER, 
	active BOOLEAN NOT NULL, 
	confirmed_on DATE, 
	updated_at VARCHAR(27) NOT NULL, 
	PRIMARY KEY (signifier)
);
INSERT INTO "party" VALUES('GAIN','Gain Energy','GAIN','supplier','codes@gain.example','codes@gain.example','[[1, "", "lead@gain.example"]]',NULL,'',NULL,1,NULL,'2026-12-01T10:00:00.000000Z');
INSERT INTO "party" VALUES('MORE','More Energy','MORE','supplier','codes@more.example','codes@more.example','[[1, "", "lead@more.example"]]',NULL,'',NULL,1,NULL,'2026-12-01T10:00:00.000000Z');
CREATE TABLE party_change (
	id INTEGER NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	actor VARCHAR NOT NULL, 
	source TEXT NOT NULL, 
	signifier VARCHAR NOT NULL, 
	field VARCHAR NOT NULL, 
	"before" TEXT NOT NULL, 
	"after" TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "party_change" VALUES(1,'2026-12-01T10:00:00.000000Z','test','test','GAIN','party','','Gain Energy, requests to codes@gain.example, MPIDs GAIN, escalation 1: lead@gain.example');
INSERT INTO "party_change" VALUES(2,'2026-12-01T10:00:00.000000Z','test','test','MORE','party','','More Energy, requests to codes@more.example, MPIDs MORE, escalation 1: lead@more.example');
INSERT INTO "party_change" VALUES(3,'2026-12-01T10:00:00.000000Z','kim','columns','GAIN','columns','','Device ID in ''Meter'', answer in ''Outcome''');
CREATE TABLE party_columns (
	signifier VARCHAR NOT NULL, 
	maps TEXT NOT NULL, 
	updated_at VARCHAR(27) NOT NULL, 
	PRIMARY KEY (signifier), 
	FOREIGN KEY(signifier) REFERENCES party (signifier)
);
INSERT INTO "party_columns" VALUES('GAIN','[{"device": "Meter", "code": null, "status": "Outcome", "comment": null, "device_type": null, "installed": null, "header_row": 0, "file": "", "sheet": ""}]','2026-12-01T10:00:00.000000Z');
CREATE TABLE party_secret (
	signifier VARCHAR NOT NULL, 
	sealed BLOB NOT NULL, 
	updated_at VARCHAR(27) NOT NULL, 
	PRIMARY KEY (signifier), 
	FOREIGN KEY(signifier) REFERENCES party (signifier)
);
INSERT INTO "party_secret" VALUES('GAIN',X'0100FCEBF992451315377E5B6C587C175CCB23DC269F8318162FE117E2D928AE29515A4944FD1B33169FFB30B835BC3C459CA61EA4D5F8864334994BDE1DD52D','2026-12-01T10:00:00.000000Z');
CREATE TABLE vault_bucket (
	start INTEGER NOT NULL, 
	generation INTEGER NOT NULL, 
	sealed BLOB NOT NULL, 
	PRIMARY KEY (start)
);
INSERT INTO "vault_bucket" VALUES(0,2,X'01FCEBF99245131537C89A0337879F8CE7A0D8DA6E9DB524FD01E2A4BBA5A05A941650522F2A584DBFB67B1D2A0706DD2A0D9292C3E0212555274FA59743AEFF57C21CE377786BDC61B4BB024BC276579C66B3B516467D30D746B7DEEA84B367B7B187EC2230E41ED1877AC12615481ADDB995D43EF1867783432FC2140726A08D265BF12F1C2A9002957DF5C0D3C071FCA384C3C37B100CD9D9E98CDC8E799D29F2F6758784EDBBDC460D5FA3BAFDFFDF');
CREATE TABLE vault_head (
	id INTEGER NOT NULL, 
	format INTEGER NOT NULL, 
	key_id VARCHAR(16) NOT NULL, 
	generation INTEGER NOT NULL, 
	stamp BLOB NOT NULL, 
	wrapped_keys BLOB NOT NULL, 
	manifest BLOB NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "vault_head" VALUES(1,1,'7507bbe1d340e407',2,X'666FB47E6E8427CB887ADB2E7FD6A2CB',X'0190B4272617518342797C0536CDDD1B569C7A3C09522FA21B2A6E59ED8F104FC05651EB359F1CA558FA8F8E3440BA0D47CED20912BA2D7F02B37BE72CC756DEA4B02498DF35A7579B4A5A8901B89F41C69C13FECE783C64679D81C139',X'FCEBF99245131537043F2E72535C466B0802D7DDF8AE0308AE124F7AD33DF560982F16A87FBE336FC19B7D27B7300CB8F94CC23B1E55BE26552704C236DFA29AABAD27991EBB');
CREATE INDEX ix_audit_subject ON audit (subject);
CREATE INDEX ix_gained_case_code_tag ON gained_case (code_tag);
CREATE INDEX ix_gained_case_state ON gained_case (state);
CREATE UNIQUE INDEX uq_gained_case_open ON gained_case (device) WHERE closed_at IS NULL;
CREATE INDEX ix_mail_content_hash ON mail (content_hash);
CREATE INDEX ix_mail_message_id ON mail (message_id);
CREATE INDEX ix_mail_state ON mail (state);
CREATE INDEX ix_mail_unresolved ON mail (party, kind, arrived_at) WHERE folder IN ('review', 'shunted') AND resolved_at IS NULL;
CREATE INDEX ix_outbound_request_created_at ON outbound_request (created_at);
CREATE INDEX ix_outbound_request_party ON outbound_request (party);
CREATE INDEX ix_outbox_attempted_at ON outbox (attempted_at);
CREATE INDEX ix_outbox_created_at ON outbox (created_at);
CREATE INDEX ix_outbox_due ON outbox (state, next_attempt_at);
CREATE INDEX ix_outbox_ref ON outbox (ref);
CREATE INDEX ix_party_reply_address ON party (reply_address);
CREATE INDEX ix_party_request_address ON party (request_address);
CREATE INDEX ix_party_change_signifier ON party_change (signifier);
CREATE INDEX ix_inbound_request_answered ON inbound_request (answered);
CREATE INDEX ix_inbound_request_party ON inbound_request (party);
CREATE INDEX ix_inbound_request_received_at ON inbound_request (received_at);
CREATE INDEX ix_leg_next_due ON leg (next_due, request_id) WHERE next_due IS NOT NULL;
CREATE INDEX ix_leg_party_device ON leg (party, device);
CREATE INDEX ix_leg_request ON leg (request_id, state, answered_at, level);
CREATE INDEX ix_leg_queued ON leg (party) WHERE state = 'queued' AND request_id IS NULL;
CREATE INDEX ix_inbound_device_device ON inbound_device (device);
CREATE INDEX ix_inbound_device_request ON inbound_device (request_id, state, outbox_id);
CREATE INDEX ix_code_dispute_mail ON code_dispute (mail_id);
CREATE INDEX ix_code_dispute_unruled ON code_dispute (rival_case_id) WHERE ruling = '';
COMMIT;
