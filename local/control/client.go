package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/gofrs/flock"
)

// Cloud is a local cloud that runs in the background.
type Cloud struct{ info }

// ErrNotRunning says that the project has no local cloud.
var ErrNotRunning = errors.New("no local cloud is running")

// startLimit bounds the start of an empty local cloud.
const startLimit = 20 * time.Second

// Find returns the project's local cloud, or ErrNotRunning.
func Find(ctx context.Context, root string) (*Cloud, error) {
	o := Options{Root: root}
	if _, err := os.Stat(o.path(lockFile)); errors.Is(err, os.ErrNotExist) {
		return nil, ErrNotRunning
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for {
		running, err := o.running()
		if err != nil {
			return nil, err
		}
		if !running {
			return nil, ErrNotRunning
		}
		var c Cloud
		if text, err := os.ReadFile(o.path(infoFile)); err == nil && json.Unmarshal(text, &c.info) == nil {
			c.Root = root
			return &c, nil
		}
		if err := pause(ctx); err != nil { // it is starting
			return nil, fmt.Errorf("the local cloud runs but cannot be reached: %w; its log is %s", err, o.path(logFile))
		}
	}
}

// running says whether some process holds the cloud's lock.
func (o Options) running() (bool, error) {
	lock := flock.New(o.path(lockFile))
	free, err := lock.TryLock()
	if err != nil {
		return false, err
	}
	return !free, lock.Unlock()
}

func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(20 * time.Millisecond):
		return nil
	}
}

// Options returns what the cloud was started as.
func (c *Cloud) Options() Options { return c.info.Options }

// Providers returns the ports of its providers, by package name.
func (c *Cloud) Providers() map[string]int { return c.info.Providers }

// Report asks the cloud what runs.
func (c *Cloud) Report(ctx context.Context) (report Report, err error) {
	err = c.get(ctx, "/report", &report)
	return report, err
}

// get reads an answer into value.
func (c *Cloud) get(ctx context.Context, path string, value any) error {
	response, err := c.ask(ctx, http.MethodGet, path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(value); err != nil {
		return fmt.Errorf("the local cloud's answer to %s: %w", path, err)
	}
	return nil
}

// LoseInstance makes the machine of an instance go away without a word, as when its host
// fails. What that is like, package ec2 says.
func (c *Cloud) LoseInstance(ctx context.Context, id string) error {
	response, err := c.ask(ctx, http.MethodPost, "/instances/"+url.PathEscape(id)+"/lose")
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// Tell lets the cloud know the shop's URL, for its reports.
func (c *Cloud) Tell(ctx context.Context, shop string) error {
	response, err := c.ask(ctx, http.MethodPost, "/url?is="+url.QueryEscape(shop))
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// Maintain opens the maintenance window, and returns what was applied in it.
func (c *Cloud) Maintain(ctx context.Context) (applied []string, err error) {
	response, err := c.ask(ctx, http.MethodPost, "/maintenance")
	if err != nil {
		return nil, err
	}
	return readOutcome(response, "maintenance")
}

// readOutcome reads what was done, and what was not and why.
func readOutcome(response *http.Response, of string) ([]string, error) {
	defer response.Body.Close()
	var is outcome
	if err := json.NewDecoder(response.Body).Decode(&is); err != nil {
		return nil, fmt.Errorf("the local cloud's %s: %w", of, err)
	}
	if is.Problem != "" {
		return is.Done, errors.New(is.Problem)
	}
	return is.Done, nil
}

// Stop stops the cloud and everything in it, and returns when it is gone.
func (c *Cloud) Stop(ctx context.Context) error {
	response, err := c.ask(ctx, http.MethodPost, "/stop")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	ctx, cancel := context.WithTimeout(ctx, stopLimit+5*time.Second)
	defer cancel()
	for {
		running, err := c.running()
		if err != nil || !running {
			return err
		}
		if err := pause(ctx); err != nil {
			return fmt.Errorf("the local cloud (process %d) does not end: %w; its log is %s", c.PID, err, c.path(logFile))
		}
	}
}

// RemoveOrphans removes what the cloud has and the engine's state does not: see
// provider.Server.RemoveOrphans. known are the ids in the state, by type.
func (c *Cloud) RemoveOrphans(ctx context.Context, known map[string][]string) (removed []string, err error) {
	body, err := json.Marshal(known)
	if err != nil {
		return nil, err
	}
	response, err := c.send(ctx, http.MethodPost, "/orphans", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	return readOutcome(response, "orphans")
}

func (c *Cloud) ask(ctx context.Context, method, path string) (*http.Response, error) {
	return c.send(ctx, method, path, http.NoBody)
}

func (c *Cloud) send(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, "http://"+c.Address+path, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+c.Token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("the local cloud (process %d): %w; its log is %s", c.PID, err, c.path(logFile))
	}
	if response.StatusCode != http.StatusOK {
		defer response.Body.Close()
		why, _ := io.ReadAll(response.Body)
		return nil, fmt.Errorf("the local cloud (process %d) answers %s to %s: %s", c.PID, response.Status, path, bytes.TrimSpace(why))
	}
	return response, nil
}
