-- Those who hold a plan are moved to another version of it. 'body' says which and where to; 'after_*' is the last customer
-- of the last page that is done.
create table plan_migration (
    scope integer not null,
    id text not null,
    plan text not null,
    body text not null,
    status integer not null,
    created_at integer not null,
    started_at integer,
    ended_at integer,
    total integer not null default 0,
    after_created integer,
    after_key integer,
    leased_until integer not null default 0,
    primary key (scope, id)
) strict, without rowid;

create index plan_migration_running on plan_migration (leased_until) where status = 2;

create table plan_migration_item (
    scope integer not null,
    id text not null,
    customer integer not null,
    outcome integer not null,
    reason text,
    at integer not null,
    primary key (scope, id, customer)
) strict, without rowid;
