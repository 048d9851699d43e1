-- What was captured and gave no version, by verdict and day: the first place to look when a source falls silent.
-- :source  id of a source
select r.verdict,
       substr(cast(r.captured_at as text), 1, 10) as day,
       count(*) as captures,
       min(r.address) as for_example
  from reading r
  join address a on a.key = r.address
 where a.source = :source
   and r.is_current
   and r.verdict not in ('ok', 'moved')
 group by r.verdict, substr(cast(r.captured_at as text), 1, 10)
 order by day desc, captures desc, r.verdict;
