// Package goatcounter reads the page views that GoatCounter exports as CSV, versions 1 to 3 of its format:
// https://www.goatcounter.com/help/export-csv. Columns are found by the names in the header, so their order
// and further ones do not matter.
//
// What comes out is a line as an access log has it, so that it goes through the same anonymiser. GoatCounter
// keeps no address; its session number stands for one, made into an address that nobody has (RFC 4193). It
// keeps no user agent either, only the names of browser and system: a user agent that says the same is put in
// their place, so that names and classes become those of live traffic.
package goatcounter
