// Package archive writes the statistics of a site into one JSON document, whole, and reads them back into any
// store: a backup, and the way from the embedded store to Redis or back.
//
// Only closed days are written. What they hold has passed the k-floor and complementary suppression, so a
// document tells no more than the dashboard, and two documents no more than the later one: a day that is
// closed does not change. Days that are still open are named in the document and left out.
//
// The document is written month by month and read day by day: memory does not grow with it. Every day is one batch with a
// number of its own, and the store applies each number once ([stats.Sink]); a day is then closed in the form
// that the document has, which changes nothing the second time. So reading may be cut short and repeated. A
// day of which the store holds anything from elsewhere is left as it is: two closed days cannot be added up,
// since nobody knows which visitors they share.
//
// Floors are those of who writes and who reads, not those of the time when a day was closed: where a site has raised its floor
// since, or the store that reads has a higher one, the day is folded once more ([stats.Finish]).
package archive
