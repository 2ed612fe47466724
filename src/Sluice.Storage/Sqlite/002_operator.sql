-- People who run this Sluice, and what stands for them for a while: links, sessions, codes, tokens. Only hashes are kept.
create table operator (
    name text primary key,
    password text not null,
    created_at integer not null
) strict, without rowid;

create table secret (
    kind integer not null,
    hash blob not null,
    body text not null,
    -- The secret it was got with: it goes when that one is found to be misused.
    origin blob,
    created_at integer not null,
    expires_at integer not null,
    spent_at integer,
    primary key (kind, hash)
) strict, without rowid;

create index secret_origin on secret (origin) where origin is not null;
create index secret_end on secret (expires_at);
