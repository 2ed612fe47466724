-- People who run this Sluice, and what stands for them for a while: links, sessions, codes, tokens. Only hashes are kept.
create table operator (
    name text collate "C" primary key,
    password text not null,
    created_at bigint not null
);

create table secret (
    kind bigint not null,
    hash bytea not null,
    body text not null,
    -- The secret it was got with: it goes when that one is found to be misused.
    origin bytea,
    created_at bigint not null,
    expires_at bigint not null,
    spent_at bigint,
    primary key (kind, hash)
);

create index secret_origin on secret (origin) where origin is not null;
create index secret_end on secret (expires_at);
