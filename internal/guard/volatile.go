package guard

import (
	"os"
	"path/filepath"
	"time"
)

// MemoryDir finds a folder of the machine's memory for [Config.Memory]: the one that the service manager gives
// (RUNTIME_DIRECTORY, see systemd.exec(5)), else /dev/shm; "" where neither is one.
func MemoryDir() string {
	for _, dir := range append(filepath.SplitList(os.Getenv("RUNTIME_DIRECTORY")), "/dev/shm") {
		if inMemory(dir) {
			return dir
		}
	}
	return ""
}

// seenFor is after how long who was seen is of no use to anybody: its days are over.
const seenFor = 48 * time.Hour

// prune removes what programs that were never started again have left.
func (t *trunk) prune(now time.Time) {
	paths, _ := filepath.Glob(filepath.Join(t.dir, "kelisim-*.seen*"))
	for _, path := range paths {
		if info, err := os.Lstat(path); err == nil && now.Sub(info.ModTime()) > seenFor {
			_ = os.Remove(path) // that of another user stays
		}
	}
}
