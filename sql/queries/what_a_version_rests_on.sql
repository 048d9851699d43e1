-- Every capture behind one version, with the snapshot and the extractor: the audit of a flag back to the stored body.
-- :version  id of a version
select v.id as version,
       c.captured_at,
       c.via,
       c.status,
       c.body_sha256 as snapshot,
       e.layout,
       e.extractor
  from version v
  join reading r on r.address = v.address and r.content_sha256 = v.content_sha256 and r.is_current
  join capture c on c.id = r.capture_id
  join extraction e on e.id = r.extraction_id
 where v.id = :version
   and c.captured_at between v.first_captured_at and v.last_captured_at
 order by c.captured_at, c.body_sha256;
