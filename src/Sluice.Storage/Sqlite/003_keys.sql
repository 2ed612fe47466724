-- Keys with a name, an end and what they may do; sandboxes beside the main one; tokens of customers.
alter table api_key add column name text;
alter table api_key add column scopes text;
alter table api_key add column ends_at integer;

-- Grows when what a key or token is worth changes: processes look at it before they trust their memory.
insert into counter (name, next) values ('keys', 1);

-- The name of a main environment is "sandbox" or "live", that of a further sandbox its id. A scope that ended keeps its
-- number, which must not be given out again while rows of it are being erased.
alter table scope add column label text;
alter table scope add column color text;
alter table scope add column icon text;
alter table scope add column ended_at integer;
alter table scope add column erased_at integer;

-- The tokens minted for a customer in one go, and their successors.
create table token_family (
    id integer primary key autoincrement,
    scope integer not null,
    customer integer not null,
    generation integer not null,
    created_at integer not null
) strict;

create index token_family_customer on token_family (scope, customer);

create table customer_token (
    hash blob primary key,
    family integer not null,
    kind integer not null,
    generation integer not null,
    expires_at integer
) strict, without rowid;

create index customer_token_family on customer_token (family);
