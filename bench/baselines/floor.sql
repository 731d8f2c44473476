-- The floor: group the touchpoints by lead over the columns that a model looks at, and do nothing.
SELECT lead_id,
       count(*) AS n,
       max(type) AS type,
       max(occurred_at) AS occurred_at,
       max("page.path") AS path,
       sum(value) AS value
FROM read_parquet('$touchpoints')
GROUP BY lead_id
