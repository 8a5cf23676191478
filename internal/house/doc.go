// Package house holds the laws of this repository as tests: who may import whom, which package may
// use which driver, what a site that mounts the middleware pulls in, and that every package tells its
// story. It has no code of its own.
package house
