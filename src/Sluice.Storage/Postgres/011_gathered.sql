-- Nothing: usage and its sums are written in the commit here.
select 1;
