// Package visit makes who came anonymous. It is pure: no file, no network, no clock of its own.
package visit
