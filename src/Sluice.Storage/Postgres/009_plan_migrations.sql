-- Those who hold a plan are moved to another version of it. 'body' says which and where to; 'after_*' is the last customer
-- of the last page that is done.
create table plan_migration (
    scope bigint not null,
    id text not null,
    plan text not null,
    body text not null,
    status bigint not null,
    created_at bigint not null,
    started_at bigint,
    ended_at bigint,
    total bigint not null default 0,
    after_created bigint,
    after_key bigint,
    leased_until bigint not null default 0,
    primary key (scope, id)
);

create index plan_migration_running on plan_migration (leased_until) where status = 2;

create table plan_migration_item (
    scope bigint not null,
    id text not null,
    customer bigint not null,
    outcome bigint not null,
    reason text,
    at bigint not null,
    primary key (scope, id, customer)
);
