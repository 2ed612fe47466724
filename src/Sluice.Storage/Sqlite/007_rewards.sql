-- The order of these two is the order of creation.
create table reward (
    no integer primary key,
    scope integer not null,
    id text not null,
    body text not null,
    unique (scope, id)
) strict;

create table referral_program (
    no integer primary key,
    scope integer not null,
    id text not null,
    body text not null,
    unique (scope, id)
) strict;

-- How often a code was used by all customers together, counted in the commits that use it. 'kind' 1: a promo code
-- ('owner' is its reward); 2: a referral code ('owner' is its program, 'code' the key of who gave it).
create table code_use (
    scope integer not null,
    kind integer not null,
    owner text not null,
    code text not null,
    used integer not null,
    primary key (scope, kind, owner, code)
) strict, without rowid;

-- A customer has one code for each program.
create table referral_code (
    scope integer not null,
    code text not null,
    program text not null,
    customer integer not null,
    created_at integer not null,
    primary key (scope, code)
) strict, without rowid;

create unique index referral_code_of on referral_code (scope, customer, program);

-- Who was brought by whom, written with the commit that says so. 'due_at' is set while somebody is still to be rewarded
-- for it; 'rewarded' says that they were.
create table referral (
    scope integer not null,
    customer integer not null,
    program text not null,
    referrer integer not null,
    created_at integer not null,
    rewarded integer not null default 0,
    due_at integer,
    tries integer not null default 0,
    primary key (scope, customer, program)
) strict, without rowid;

create index referral_brought on referral (scope, referrer, created_at);
create index referral_due on referral (due_at) where due_at is not null;
