scores AS (
  SELECT lead_id,
         greatest(0, least($fit_max, $fit)) AS fit,
         greatest(0, least($engagement_max, $engagement)) AS engagement,
         coalesce(asked, 0) > 0 AS has_demo
  FROM read_parquet('$leads') LEFT JOIN cells USING (lead_id)
)
SELECT lead_id,
       fit AS fit_millipoints,
       $fit_band AS fit_band,
       engagement AS engagement_millipoints,
       $engagement_band AS engagement_band,
       fit + 2 * engagement AS overall_millipoints,
       $fit_letter || $engagement_digit AS grade,
       fit >= 30000 AND engagement >= $qualifying AS marketing_qualified,
       fit >= 30000 AND engagement >= $qualifying AND has_demo AS sales_qualified
FROM scores
