/// Devices that a driver offers (`resource.k8s.io/v1 ResourceSlice`).
package struct ResourceSlice: APIObject, Equatable {
  /// Its name.
  package var metadata: ObjectMeta
  /// What is offered.
  package var spec: Spec

  /// What is offered.
  package struct Spec: Codable, Sendable, Equatable {
    /// Who offers it, such as `gpu.nvidia.com`.
    package var driver: String
    /// Of which pool.
    package var pool: Pool
    /// The node the devices are on; nil where they are reached otherwise.
    package var nodeName: String?
    /// The nodes that reach them.
    package var nodeSelector: NodeSelector?
    /// Whether every node reaches them.
    package var allNodes: Bool?
    /// Whether each device says for itself which nodes reach it.
    package var perDeviceNodeSelection: Bool?
    /// The devices.
    package var devices: [Device]?
  }

  /// A set of devices that is published together.
  package struct Pool: Codable, Sendable, Equatable {
    /// Its name.
    package var name: String
    /// Slices of an older generation no longer hold.
    package var generation: Int?
  }

  /// One device.
  package struct Device: Codable, Sendable, Equatable {
    /// Its name within the pool.
    package var name: String
    /// What it is, by name; a name without a domain belongs to the driver's.
    package var attributes: [String: Attribute]?
    /// What keeps claims off it.
    package var taints: [Taint]?
    /// The node it is on, where each device says so for itself.
    package var nodeName: String?
  }

  /// What a device is, in one respect.
  package struct Attribute: Codable, Sendable, Equatable {
    /// A text.
    package var string: String?
    /// A truth.
    package var bool: Bool?
    /// A number.
    package var int: Int?
    /// A version.
    package var version: String?
  }
}

/// A kind of device that may be claimed (`resource.k8s.io/v1 DeviceClass`).
package struct DeviceClass: APIObject, Equatable {
  /// Its name.
  package var metadata: ObjectMeta
  /// Which devices are of the kind.
  package var spec: Spec?

  /// Which devices are of the kind.
  package struct Spec: Codable, Sendable, Equatable {
    /// Conditions that must all hold.
    package var selectors: [DeviceSelector]?
    /// The extended resource that also stands for it.
    package var extendedResourceName: String?
  }
}

/// A condition on a device.
package struct DeviceSelector: Codable, Sendable, Equatable {
  /// In the Common Expression Language.
  package var cel: CEL?

  /// In the Common Expression Language.
  package struct CEL: Codable, Sendable, Equatable {
    /// The expression.
    package var expression: String
  }
}

/// A claim of devices (`resource.k8s.io/v1 ResourceClaim`).
package struct ResourceClaim: APIObject, Equatable {
  /// Its name.
  package var metadata: ObjectMeta
  /// What is claimed.
  package var spec: Spec
  /// What was given.
  package var status: Status?

  /// What is claimed.
  package struct Spec: Codable, Sendable, Equatable {
    /// The devices.
    package var devices: Devices?
  }

  /// The devices that are claimed.
  package struct Devices: Codable, Sendable, Equatable {
    /// All of which must be met.
    package var requests: [Request]?
  }

  /// One part of a claim.
  package struct Request: Codable, Sendable, Equatable {
    /// Its name.
    package var name: String
    /// What it wants.
    package var exactly: Exactly?
    /// Alternatives, the first that can be met.
    package var firstAvailable: [Exactly]?
  }

  /// Devices of one class.
  package struct Exactly: Codable, Sendable, Equatable {
    /// The class.
    package var deviceClassName: String
    /// `ExactCount` (also where it is not written) or `All`.
    package var allocationMode: String?
    /// How many; 1 where it is not written.
    package var count: Int?
    /// Further conditions.
    package var selectors: [DeviceSelector]?
    /// Whether it watches devices that others hold.
    package var adminAccess: Bool?
  }

  /// What was given.
  package struct Status: Codable, Sendable, Equatable {
    /// Nil until it is given.
    package var allocation: Allocation?
  }

  /// What was given.
  package struct Allocation: Codable, Sendable, Equatable {
    /// The devices.
    package var devices: Results?
  }

  /// The devices that were given.
  package struct Results: Codable, Sendable, Equatable {
    /// One each.
    package var results: [Result]?
  }

  /// A device that was given.
  package struct Result: Codable, Sendable, Hashable {
    /// Its driver.
    package var driver: String
    /// Its pool.
    package var pool: String
    /// Its name there.
    package var device: String
    /// Whether it is only watched: then others may hold it, too.
    package var adminAccess: Bool?

    /// A device by its place.
    package init(driver: String, pool: String, device: String) {
      self.driver = driver
      self.pool = pool
      self.device = device
    }
  }
}

/// From what pods' own claims are made (`resource.k8s.io/v1 ResourceClaimTemplate`).
package struct ResourceClaimTemplate: APIObject, Equatable {
  /// Its name.
  package var metadata: ObjectMeta
  /// What the claims say.
  package var spec: Spec

  /// What the claims say.
  package struct Spec: Codable, Sendable, Equatable {
    /// Of each claim.
    package var spec: ResourceClaim.Spec
  }
}
