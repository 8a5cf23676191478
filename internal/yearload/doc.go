// Package yearload makes up years of traffic, to measure what the statistics cost at a size that few sites
// have: fifty million page views. Pages, sources, places and browsers are as unevenly spread as real ones
// (Zipf's law), weekends are quieter, nights are dark, and the site grows by a third over the year. The same
// arguments give the same traffic.
//
// What it makes are anonymous page views, visits included, as [visit.Anonymiser] does: they go through the
// real aggregator, floors, pairs and closing, and only the reading of log lines is left out.
package yearload
