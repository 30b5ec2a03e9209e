//! `CamVid` (Brostow et al. 2009): 32 classes, and the 11 of the version that came with `SegNet`.

/// The 11 classes by id; what has none is black.
pub(super) const ELEVEN: [(&str, [u8; 3]); 11] = [
    ("sky", [128, 128, 128]),
    ("building", [128, 0, 0]),
    ("pole", [192, 192, 128]),
    ("road", [128, 64, 128]),
    ("pavement", [60, 40, 222]),
    ("tree", [128, 128, 0]),
    ("sign symbol", [192, 128, 128]),
    ("fence", [64, 64, 128]),
    ("car", [64, 0, 128]),
    ("pedestrian", [64, 64, 0]),
    ("bicyclist", [0, 128, 192]),
];

/// Pavement in versions that draw it as the 32 classes draw a sidewalk.
pub(super) const PAVEMENT: [u8; 3] = [0, 0, 192];

/// The 32 classes in the order of the alphabet, which is that of their ids.
pub(super) const CLASSES: [(&str, [u8; 3]); 32] = [
    ("Animal", [64, 128, 64]),
    ("Archway", [192, 0, 128]),
    ("Bicyclist", [0, 128, 192]),
    ("Bridge", [0, 128, 64]),
    ("Building", [128, 0, 0]),
    ("Car", [64, 0, 128]),
    ("CartLuggagePram", [64, 0, 192]),
    ("Child", [192, 128, 64]),
    ("Column_Pole", [192, 192, 128]),
    ("Fence", [64, 64, 128]),
    ("LaneMkgsDriv", [128, 0, 192]),
    ("LaneMkgsNonDriv", [192, 0, 64]),
    ("Misc_Text", [128, 128, 64]),
    ("MotorcycleScooter", [192, 0, 192]),
    ("OtherMoving", [128, 64, 64]),
    ("ParkingBlock", [64, 192, 128]),
    ("Pedestrian", [64, 64, 0]),
    ("Road", [128, 64, 128]),
    ("RoadShoulder", [128, 128, 192]),
    ("Sidewalk", [0, 0, 192]),
    ("SignSymbol", [192, 128, 128]),
    ("Sky", [128, 128, 128]),
    ("SUVPickupTruck", [64, 128, 192]),
    ("TrafficCone", [0, 0, 64]),
    ("TrafficLight", [0, 64, 64]),
    ("Train", [192, 64, 128]),
    ("Tree", [128, 128, 0]),
    ("Truck_Bus", [192, 128, 192]),
    ("Tunnel", [64, 0, 64]),
    ("VegetationMisc", [192, 192, 0]),
    ("Void", [0, 0, 0]),
    ("Wall", [64, 192, 0]),
];
