package enginetest

import "runtime"

// InUse is how many bytes are in use.
func InUse() int64 {
	runtime.GC()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return int64(now.HeapAlloc)
}

// Allocated is how many bytes there ever were in use.
func Allocated() int64 {
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return int64(now.TotalAlloc)
}
