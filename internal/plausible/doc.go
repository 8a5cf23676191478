// Package plausible adds the daily figures that Plausible exports (a ZIP of imported_visitors.csv,
// imported_sources.csv, imported_pages.csv …) to the statistics of a site:
// https://plausible.io/docs/export-stats. Columns are found by the names in the header.
//
// The figures are sums already, so they pass no anonymiser; but what they name does: paths are scrubbed,
// referrers become hosts, campaign tags are scrubbed. A value of a person that fewer than k visitors of its day
// carry is left to "other" before anything reaches the store. Regions and cities are left out: the export has
// codes and numbers for them where location databases have names. There are no hours: all of a day is counted at noon.
//
// Plausible counts a visitor under every value they came with, Kelisim under the first, so that a list adds
// up to its total. Where the rows of a day add up to more than its total, they are made smaller in proportion.
//
// The batches are a pure function of the files and of the days that the store held at the beginning, which
// the mark of every batch keeps: an import is run again to go on, or without effect. Days of which the store
// holds anything from elsewhere are left as they are.
package plausible
