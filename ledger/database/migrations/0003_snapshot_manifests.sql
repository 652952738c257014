-- What binds the snapshots on disk to this database: a snapshot whose manifest is not named here is not believed.
-- Written by the follower alone, before a snapshot becomes visible. The manifest names the SHA-256 of every array.
CREATE TABLE snapshot_manifests (
    shard    integer NOT NULL,
    sequence bigint  NOT NULL CHECK (sequence >= 1),              -- the last row that the snapshot includes
    sha256   bytea   NOT NULL CHECK (octet_length(sha256) = 32),  -- of the file manifest.json
    PRIMARY KEY (shard, sequence)
);
