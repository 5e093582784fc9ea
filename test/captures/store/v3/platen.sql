BEGIN TRANSACTION;
CREATE TABLE documents (
      job_id TEXT NOT NULL,
      number INTEGER NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (job_id, number)
    ) STRICT, WITHOUT ROWID;
CREATE TABLE events (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      body TEXT NOT NULL
    ) STRICT;
INSERT INTO "events" VALUES(1,'{"type":"printer-created","at":{"ms":1000,"trusted":true},"spooler":"local","printerId":"printer-1","facts":{"name":"Office","accepting":true,"enabled":true}}');
CREATE TABLE jobs (
      id TEXT PRIMARY KEY,
      spooler TEXT NOT NULL,
      number INTEGER NOT NULL,
      printer_id TEXT NOT NULL,
      user_name TEXT NOT NULL,
      ended INTEGER NOT NULL,
      ended_seq INTEGER,
      turn INTEGER NOT NULL,
      port_name TEXT,
      local_port INTEGER,
      body TEXT NOT NULL, hold_until_ms INTEGER, retained INTEGER NOT NULL DEFAULT 0, ended_ms INTEGER, document_bytes INTEGER NOT NULL DEFAULT 0,
      UNIQUE (spooler, number)
    ) STRICT;
CREATE TABLE lingering (
      spooler TEXT NOT NULL,
      port_name TEXT NOT NULL,
      local_port INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      PRIMARY KEY (spooler, port_name, local_port)
    ) STRICT, WITHOUT ROWID;
CREATE TABLE locations (
      job_id TEXT NOT NULL,
      number INTEGER NOT NULL,
      kind TEXT NOT NULL,
      name TEXT NOT NULL,
      offset_bytes INTEGER NOT NULL,
      size_bytes INTEGER NOT NULL, frame_bytes INTEGER NOT NULL DEFAULT -1,
      PRIMARY KEY (job_id, number)
    ) STRICT, WITHOUT ROWID;
CREATE TABLE logs (
      spooler TEXT PRIMARY KEY,
      generation INTEGER NOT NULL,
      counter INTEGER NOT NULL,
      node TEXT NOT NULL,
      seq INTEGER NOT NULL,
      last_job_number INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
INSERT INTO "logs" VALUES('local',0,1,'node-a',3,0);
CREATE TABLE memories (spooler TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE printers (
      id TEXT PRIMARY KEY,
      spooler TEXT NOT NULL,
      folded_name TEXT NOT NULL,
      body TEXT NOT NULL,
      UNIQUE (spooler, folded_name)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "printers" VALUES('printer-1','local','office','{"id":"printer-1","spooler":"local","name":"Office","description":"","location":"","portNames":[],"accepting":true,"enabled":true,"interrupted":"restart","startPrinting":"spooled","formats":["application/octet-stream"],"holdNewJobs":false,"note":"","defaults":{},"quotas":{},"documentRetention":{"jobs":0},"historyRetention":{"jobs":1000},"createdAt":{"ms":1000,"trusted":true},"changedAt":{"ms":1000,"trusted":true}}');
CREATE TABLE queue_lengths (
      spooler TEXT NOT NULL,
      printer_id TEXT NOT NULL,
      jobs INTEGER NOT NULL, bytes INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (spooler, printer_id)
    ) STRICT, WITHOUT ROWID;
CREATE TABLE rebuilds (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE records (
      spooler TEXT NOT NULL,
      seq INTEGER NOT NULL,
      generation INTEGER NOT NULL,
      counter INTEGER NOT NULL,
      node TEXT NOT NULL,
      type TEXT NOT NULL,
      payload TEXT NOT NULL,
      PRIMARY KEY (spooler, seq)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "records" VALUES('local',1,0,1,'node-a','printer.created','{"printer":{"id":"printer-1","spooler":"local","name":"Office","description":"","location":"","portNames":[],"accepting":true,"enabled":true,"holdNewJobs":false,"note":"","defaults":{},"quotas":{},"documentRetention":{"jobs":0},"historyRetention":{"jobs":1000},"interrupted":"restart","startPrinting":"spooled","formats":["application/octet-stream"],"createdAt":{"ms":1000,"trusted":true},"changedAt":{"ms":1000,"trusted":true}}}');
INSERT INTO "records" VALUES('local',2,0,1,'node-a','registry.key-created','{"path":["monitors","tcp","ports","lj"]}');
INSERT INTO "records" VALUES('local',3,0,1,'node-a','registry.values-set','{"path":["monitors","tcp","ports","lj"],"values":[{"name":"host","value":{"type":"string","data":"printer.lan"}}]}');
CREATE TABLE registry_keys (
      spooler TEXT NOT NULL,
      path_key TEXT NOT NULL,
      parent_key TEXT NOT NULL,
      name TEXT NOT NULL,
      PRIMARY KEY (spooler, path_key)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "registry_keys" VALUES('local','monitors','','monitors');
INSERT INTO "registry_keys" VALUES('local','monitors\tcp','monitors','tcp');
INSERT INTO "registry_keys" VALUES('local','monitors\tcp\ports','monitors\tcp','ports');
INSERT INTO "registry_keys" VALUES('local','monitors\tcp\ports\lj','monitors\tcp\ports','lj');
CREATE TABLE registry_values (
      spooler TEXT NOT NULL,
      path_key TEXT NOT NULL,
      folded_name TEXT NOT NULL,
      name TEXT NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (spooler, path_key, folded_name)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "registry_values" VALUES('local','monitors\tcp\ports\lj','host','host','{"type":"string","data":"printer.lan"}');
CREATE TABLE set_aside (
      spooler TEXT NOT NULL,
      seq INTEGER NOT NULL,
      generation INTEGER NOT NULL,
      counter INTEGER NOT NULL,
      node TEXT NOT NULL,
      type TEXT NOT NULL,
      payload TEXT NOT NULL,
      PRIMARY KEY (spooler, generation, counter, node, seq)
    ) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_queue ON jobs (spooler, printer_id, turn, number) WHERE ended = 0;
CREATE INDEX jobs_live ON jobs (spooler, turn, number) WHERE ended = 0;
CREATE INDEX jobs_unfinished ON jobs (spooler, number) WHERE ended = 0;
CREATE INDEX jobs_live_of_user ON jobs (spooler, user_name, turn, number) WHERE ended = 0;
CREATE INDEX jobs_past ON jobs (spooler, ended_seq) WHERE ended = 1;
CREATE INDEX jobs_past_of_printer ON jobs (spooler, printer_id, ended_seq) WHERE ended = 1;
CREATE INDEX jobs_past_of_user ON jobs (spooler, user_name, ended_seq) WHERE ended = 1;
CREATE INDEX jobs_of_printer ON jobs (spooler, printer_id, number);
CREATE INDEX jobs_of_user ON jobs (spooler, user_name, number);
CREATE INDEX locations_by_name ON locations (name);
CREATE INDEX registry_sub_keys ON registry_keys (spooler, parent_key);
CREATE INDEX jobs_timed_holds ON jobs (spooler, hold_until_ms)
      WHERE hold_until_ms IS NOT NULL;
CREATE INDEX jobs_retained ON jobs (spooler, printer_id, ended_seq) WHERE retained = 1;
CREATE INDEX jobs_past_by_time ON jobs (spooler, printer_id, ended_ms) WHERE ended = 1;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('events',1);
COMMIT;
PRAGMA user_version = 3;
