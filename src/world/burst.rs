//! What a burst costs beside its work: a core gone cold, and the collections of garbage that it causes. And the heaps that
//! these are of.

use super::plan::{CarrierPlan, NONE};
use super::state::World;
use crate::kernel::Key;
use crate::service::Heap;

impl World<'_> {
    /// A heap with these dice: its number.
    pub fn add_heap(&mut self, dice: Key) -> u32 {
        self.heaps.push(Heap::new(dice));
        self.heaps.len() as u32 - 1
    }

    /// The heap of a thread: its process's, or its own.
    pub fn heap_of(&mut self, index: usize) -> u32 {
        let CarrierPlan {
            process,
            service,
            aux,
            ..
        } = self.plan.carriers[index];
        let service = &self.plan.services[service as usize];
        match service.aux.get(aux as usize) {
            None => self.processes[process as usize].heap,
            Some(aux) if aux.shares => self.processes[process as usize].heap,
            Some(aux) if aux.interpreters && service.gc.is_some() => {
                let dice = self.mechanism.nth(process.into()).at(self.paths.gc);
                self.add_heap(dice.nth(index as u64))
            }
            Some(_) => NONE,
        }
    }

    /// A process is gone, and its heaps with it: the next one begins with empty ones.
    pub fn empty_heaps(&mut self, process: u32) {
        let of_threads = self.carriers.iter().filter(|c| c.process == process);
        let own = self.processes[process as usize].heap;
        for heap in of_threads.map(|carrier| carrier.heap).chain([own]) {
            if let Some(heap) = self.heaps.get_mut(heap as usize) {
                heap.clear();
            }
        }
    }

    /// A burst begins on a core.
    pub fn burden(&mut self, id: u32) {
        self.warm_core(id);
        if self.carriers[id as usize].heap != NONE {
            self.allocate(id);
        }
    }

    /// Adds what it costs on a core as cold as this one, and warms the core. A pause of the collector does not warm it.
    fn warm_core(&mut self, id: u32) {
        let carrier = &mut self.carriers[id as usize];
        let host = carrier.host as usize;
        let (Some(scheduler), Some(_)) =
            (&self.hosts[host].scheduler, self.plan.hosts[host].host.cold)
        else {
            return;
        };
        let core = scheduler.core_of(id) as usize;
        let warming = self.plan.services[carrier.service as usize].cold;
        let degree = &mut self.hosts[host].cold[core];
        let (extra, left) = warming.of(*degree, carrier.left);
        (carrier.cold, *degree) = (extra, left);
    }

    /// A request on this thread allocates what it does beside its work.
    pub fn allocate_request(&mut self, id: u32) {
        let carrier = &self.carriers[id as usize];
        let gc = &self.plan.services[carrier.service as usize].gc;
        if let Some(gc) = gc {
            self.heaps[carrier.heap as usize].request(gc);
        }
    }

    /// Adds the pauses of the collections that its allocations cause.
    fn allocate(&mut self, id: u32) {
        let carrier = &mut self.carriers[id as usize];
        let gc = &self.plan.services[carrier.service as usize].gc;
        if let (Some(gc), false) = (gc, carrier.native) {
            carrier.gc = self.heaps[carrier.heap as usize].work(gc, carrier.left);
        }
    }
}
