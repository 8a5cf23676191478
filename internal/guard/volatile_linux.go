package guard

import "syscall"

// tmpfs is the kind of a file system in memory, see statfs(2).
const tmpfs = 0x01021994

// inMemory reports whether the files in dir are in the machine's memory and on no disk.
func inMemory(dir string) bool {
	var fs syscall.Statfs_t
	return syscall.Statfs(dir, &fs) == nil && fs.Type == tmpfs
}
