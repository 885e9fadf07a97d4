package store

import (
	"container/list"
	"sync"

	"github.com/probity-sla/probity/collector/timeline"
)

const (
	// chunkDays is how many days of a series are cached together; a power of two.
	chunkDays = 32
	// cacheRuns bounds the cache, at 32 bytes a run.
	cacheRuns = 256 << 10
	// chunkCost is what a chunk counts beside its runs.
	chunkCost = 4
)

// runCache keeps the runs of flushed days, least recently used out first.
type runCache struct {
	mu      sync.Mutex
	chunks  map[chunkKey]*list.Element
	order   list.List // of *chunk, most recent first
	runs    int
	version int64 // bumped by every drop
}

type chunkKey struct{ series, chunk int64 }

type chunk struct {
	key  chunkKey
	runs []timeline.Run
}

func (c *runCache) init() { c.chunks = map[chunkKey]*list.Element{} }

// get returns the runs, or the version to give to put once they are loaded.
func (c *runCache) get(key chunkKey) (runs []timeline.Run, ok bool, version int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.chunks[key]
	if e == nil {
		return nil, false, c.version
	}
	c.order.MoveToFront(e)
	return e.Value.(*chunk).runs, true, c.version
}

// put keeps runs that were read when the cache had that version; after a drop
// they may be stale, and are not kept.
func (c *runCache) put(key chunkKey, runs []timeline.Run, version int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.version != version || c.chunks[key] != nil {
		return
	}
	c.chunks[key] = c.order.PushFront(&chunk{key, runs})
	c.runs += len(runs) + chunkCost
	for c.runs > cacheRuns {
		c.remove(c.order.Back())
	}
}

func (c *runCache) drop(series, day int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.version++
	if e := c.chunks[chunkKey{series, day / chunkDays}]; e != nil {
		c.remove(e)
	}
}

func (c *runCache) remove(e *list.Element) {
	old := c.order.Remove(e).(*chunk)
	delete(c.chunks, old.key)
	c.runs -= len(old.runs) + chunkCost
}

func (c *runCache) size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.runs
}
